//! What a function's role lets it do with the table, as the template says.

use crate::template::DeployedFunction;

/// The rights of one function.
#[derive(Clone, Debug)]
pub struct Role {
    statements: Vec<Statement>,
}

/// What one statement permits: each of the actions, on items of partitions that fit one of the patterns, or
/// on the indexes.
#[derive(Clone, Debug)]
struct Statement {
    actions: Vec<String>,
    patterns: Vec<String>,
    has_indexes: bool,
}

impl Role {
    /// The role of a function.
    ///
    /// # Panics
    ///
    /// If the template has none, or says it in other words than these.
    #[must_use]
    pub fn of(function: &DeployedFunction) -> Self {
        let template = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml"));
        let template = template.expect("the template can be read");
        let group = function.logical_id.strip_suffix("Function").expect("functions are called so");
        let (_, role) = template.split_once(&format!("\n  {group}Role:\n")).expect("a function has a role");
        let (role, _) = role.split_once("\n\n").expect("a blank line follows a resource");
        let statements = role.split("- Effect: Allow").map(Statement::read);
        let statements: Vec<Statement> = statements.filter(|one| !one.actions.is_empty()).collect();
        assert!(!statements.is_empty(), "{group}Role says nothing about the table");
        Self { statements }
    }

    /// Whether it permits a call that needs these rights. One statement has to permit all of them, for
    /// several items are asked for by one name each, and judged together.
    #[must_use]
    pub fn permits(&self, rights: &[(String, String)]) -> bool {
        self.statements.iter().any(|statement| rights.iter().all(|right| statement.permits(right)))
    }

    /// The patterns of partitions that it permits.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().flat_map(|statement| &statement.patterns).map(String::as_str)
    }
}

impl Statement {
    fn read(text: &str) -> Self {
        let (actions, condition) = text.split_once("dynamodb:LeadingKeys:").unwrap_or((text, ""));
        let words = actions.split(|c: char| !c.is_ascii_alphanumeric() && c != ':');
        let actions = words.filter(|word| word.starts_with("dynamodb:")).map(str::to_owned);
        let (listed, _) = condition.split_once(']').unwrap_or_default();
        let patterns = listed.split('"').skip(1).step_by(2).map(str::to_owned);
        Self {
            actions: actions.collect(),
            patterns: patterns.collect(),
            has_indexes: text.contains("/index/*"),
        }
    }

    fn permits(&self, (action, partition): &(String, String)) -> bool {
        let is_reached = if partition.starts_with(':') {
            self.has_indexes
        } else {
            self.patterns.iter().any(|pattern| fits(partition, pattern))
        };
        self.actions.contains(action) && is_reached
    }
}

/// Whether a partition's name is of a pattern, of which a star at the end stands for anything.
#[must_use]
pub fn fits(partition: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(partition == pattern, |prefix| partition.starts_with(prefix))
}
