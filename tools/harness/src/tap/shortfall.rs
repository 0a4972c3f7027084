//! Answers that are right as far as they go: old ones, and parts of what was asked for.

use axum::body::{Body, to_bytes};
use axum::http::{Response, request};
use serde_json::{Value, json};

use super::fault::answer;
use super::{Call, HangUp, Line, lock};

impl Line {
    /// The answer that the same question got first.
    pub(super) async fn stale(
        &self,
        parts: &request::Parts,
        call: &mut Call,
    ) -> Result<Response<Body>, HangUp> {
        let question = call.request.to_string();
        let known = lock(&self.kept).get(&question).cloned();
        let body = match known {
            Some(body) => body,
            None => self.read(parts, call).await?,
        };
        lock(&self.kept).insert(question, body.clone());
        Ok(answer(200, &serde_json::from_slice(&body).map_err(|_| HangUp)?))
    }

    /// The first keys' items, and the other keys as unprocessed.
    pub(super) async fn unprocessed(
        &self,
        parts: &request::Parts,
        call: &mut Call,
        most: usize,
    ) -> Result<Response<Body>, HangUp> {
        let mut left = call.request["RequestItems"].clone();
        let asked = call.request["RequestItems"].as_object_mut().into_iter().flatten();
        let mut is_all = true;
        for (table, asked) in asked {
            if let Some(keys) = asked["Keys"].as_array_mut().filter(|keys| keys.len() > most) {
                left[table]["Keys"] = Value::Array(keys.split_off(most));
                is_all = false;
            }
        }
        let body = self.read(parts, call).await?;
        let mut items: Value = serde_json::from_slice(&body).map_err(|_| HangUp)?;
        items["UnprocessedKeys"] = if is_all { json!({}) } else { left };
        Ok(answer(200, &items))
    }

    async fn read(&self, parts: &request::Parts, call: &mut Call) -> Result<axum::body::Bytes, HangUp> {
        let response = self.ask(parts, call).await?;
        to_bytes(response.into_body(), usize::MAX).await.map_err(|_| HangUp)
    }
}

/// Asks for fewer rows.
pub(super) fn shorten(call: &mut Call, rows: usize) {
    let wanted = call.request["Limit"].as_u64().unwrap_or(u64::MAX);
    call.request["Limit"] = json!(wanted.min(u64::try_from(rows).unwrap_or(u64::MAX)));
}
