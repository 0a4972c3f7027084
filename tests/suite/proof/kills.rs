//! Every event that moves a claim of an account, or changes who reads a channel of it, kills all codes
//! and links that were made for it before (trust rule 1). One made afterwards works as if nothing had
//! happened, where the account may use it at all.

use serde_json::json;
use tally::domain::account::Standing;
use tally::domain::administration::Order;
use tally::domain::email_address::EmailAddress;
use tally::domain::phone_number::{CallingCodes, PhoneNumber};
use tests::client::Client;

use super::{EMAIL, NEW_PASSWORD, PASSWORD, PHONE, SECOND, World, is_ok};

const MOVED: &str = "moved@example.com";
const BOUND: &str = "bound@example.com";
const WANTED: &str = "wanted@example.com";
const NEXT_PHONE: &str = "13900139000";
const WANTED_PHONE: &str = "13700137000";

/// What happens to the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    MovedByHand,
    MovedThereAndBack,
    AnotherAddressBound,
    TakenOver,
    PhoneChanged,
    WeixinBound,
    WeixinUnbound,
    PasswordChanged,
    PasswordReset,
    Frozen,
    FrozenAndReleased,
    Deleted,
    DeletedAndRegisteredAgain,
}

const EVENTS: [Event; 13] = [
    Event::MovedByHand,
    Event::MovedThereAndBack,
    Event::AnotherAddressBound,
    Event::TakenOver,
    Event::PhoneChanged,
    Event::WeixinBound,
    Event::WeixinUnbound,
    Event::PasswordChanged,
    Event::PasswordReset,
    Event::Frozen,
    Event::FrozenAndReleased,
    Event::Deleted,
    Event::DeletedAndRegisteredAgain,
];

/// What was made for the account before, or is made after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// A code that resets the password, mailed to the proven address.
    ResetByMail,
    /// One by text message.
    ResetByPhone,
    /// A code for another address.
    Binding,
    /// A code for another number.
    PhoneChange,
    /// A link for the account's own address.
    Link,
}

const MADE: [Made; 5] = [Made::ResetByMail, Made::ResetByPhone, Made::Binding, Made::PhoneChange, Made::Link];

impl Event {
    /// Whether it is about an address that its owner had not proven.
    const fn needs_unproven(self) -> bool {
        matches!(self, Self::TakenOver)
    }

    async fn happen(self, world: &World) {
        match self {
            Self::MovedByHand => world.move_by_hand(MOVED).await,
            Self::MovedThereAndBack => {
                world.move_by_hand(MOVED).await;
                world.move_by_hand(EMAIL).await;
            }
            Self::AnotherAddressBound => world.prove(BOUND).await,
            Self::TakenOver => take_over(world).await,
            Self::PhoneChanged => {
                world.text(&world.browser, "ChangeMobile", NEXT_PHONE).await;
                assert!(world.change_phone(&world.browser, NEXT_PHONE, &world.code()).await);
            }
            Self::WeixinBound | Self::WeixinUnbound => {
                let answer = world.browser.post("/users/weixin_bind/").json(&json!({"code": "wx-li-1"}));
                assert!(is_ok(&answer.send().await.json()));
                if self == Self::WeixinUnbound {
                    let answer = world.browser.post("/users/weixin_unbind/").json(&json!({})).send().await;
                    assert!(is_ok(&answer.json()));
                }
            }
            Self::PasswordChanged => {
                let body = json!({
                    "old_password": PASSWORD, "new_password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD,
                });
                let changed = world.browser.post("/users/change_my_pwd/").json(&body).send().await;
                assert!(is_ok(&changed.json()), "{changed:?}");
            }
            Self::PasswordReset => {
                world.server.clock().advance(SECOND * 600);
                world.text(&world.server.client(), "ChangePwd", PHONE).await;
                assert!(world.reset_by_phone(PHONE, &world.code()).await);
            }
            Self::Frozen => world.order(Order::Freeze).await,
            Self::FrozenAndReleased => {
                world.order(Order::Freeze).await;
                world.order(Order::Unfreeze).await;
            }
            Self::Deleted => world.order(Order::Delete).await,
            Self::DeletedAndRegisteredAgain => {
                world.order(Order::Delete).await;
                world.server.clock().advance(SECOND * 600);
                world.register(&world.server.client(), EMAIL, PHONE).await;
            }
        }
        world.server.clock().advance(SECOND);
    }
}

impl Made {
    async fn ask(self, world: &World) -> String {
        match self {
            Self::ResetByMail => world.ask_reset(EMAIL).await,
            Self::ResetByPhone => world.text(&world.server.client(), "ChangePwd", PHONE).await,
            Self::Binding => world.ask_binding(WANTED).await,
            Self::PhoneChange => world.text(&world.browser, "ChangeMobile", WANTED_PHONE).await,
            Self::Link => return world.token(),
        }
        world.code()
    }

    /// Whether it does what it was made for.
    async fn opens(self, world: &World, made: &str) -> bool {
        match self {
            Self::ResetByMail => world.reset(EMAIL, made).await,
            Self::ResetByPhone => world.reset_by_phone(PHONE, made).await,
            Self::Binding => is_ok(&world.bind(&signed_in(world).await, WANTED, made).await.json()),
            Self::PhoneChange => world.change_phone(&signed_in(world).await, WANTED_PHONE, made).await,
            Self::Link => world.press(made).await,
        }
    }

    /// Whether one that is asked for now should do it.
    async fn may_open(self, world: &World) -> bool {
        let account = world.account().await;
        let now = world.server.app().clock.now();
        let is_active = account.standing == Standing::Active;
        let email = EmailAddress::parse(EMAIL).expect("it is an address");
        let phone = PhoneNumber::parse(PHONE, &CallingCodes::default()).expect("it is a number");
        is_active
            && match self {
                Self::ResetByMail => account.is_recovered_by_email(&email, now),
                Self::ResetByPhone => account.is_recovered_by_phone(&phone),
                Self::Binding | Self::PhoneChange => true,
                Self::Link => false,
            }
    }
}

async fn take_over(world: &World) {
    let owner = world.server.client();
    world.register(&owner, "wang@example.com", "13600136000").await;
    let ask = json!({"password": PASSWORD, "email": EMAIL});
    assert!(is_ok(&owner.post("/users/send_email_code/").json(&ask).send().await.json()));
    assert!(is_ok(&world.bind(&owner, EMAIL, &world.code()).await.json()));
}

/// The customer's browser, or one that comes in with whichever password and name still open.
async fn signed_in(world: &World) -> Client {
    if world.browser.get("/users/my_info/").send().await.code() == 200 {
        return world.browser.clone();
    }
    let browser = world.server.client();
    for username in [PHONE, NEXT_PHONE, EMAIL] {
        for password in [PASSWORD, NEW_PASSWORD] {
            let login = json!({"username": username, "password": password});
            if is_ok(&browser.post("/users/account_login/").json(&login).send().await.json()) {
                return browser;
            }
        }
    }
    browser
}

/// A world in which the code or link can be made before the event.
async fn world_for(event: Event, made: Made) -> Option<World> {
    let needs_proven = made == Made::ResetByMail;
    let needs_unproven = event.needs_unproven() || made == Made::Link;
    if needs_proven && needs_unproven {
        return None;
    }
    let world = World::new().await;
    if !needs_unproven {
        world.prove(EMAIL).await;
    }
    Some(world)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_made_before_opens_nothing_after() {
    let mut pairs = 0;
    for event in EVENTS {
        for made in MADE {
            let Some(world) = world_for(event, made).await else { continue };
            let before = made.ask(&world).await;
            world.server.clock().advance(SECOND);
            event.happen(&world).await;
            assert!(!made.opens(&world, &before).await, "{made:?} from before {event:?}");
            pairs += 1;
        }
    }
    // A proven address cannot be taken over.
    assert_eq!(pairs, 13 * 5 - 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_made_afterwards_works_where_the_account_may_use_it() {
    let (mut pairs, mut working) = (0, 0);
    for event in EVENTS.into_iter().filter(|event| *event != Event::DeletedAndRegisteredAgain) {
        for made in [Made::ResetByMail, Made::ResetByPhone] {
            let Some(world) = world_for(event, made).await else { continue };
            event.happen(&world).await;
            world.server.clock().advance(SECOND * 3600);
            let before = world.server.inbox().messages().len();
            let after = made.ask(&world).await;
            let may_open = made.may_open(&world).await;
            assert_eq!(!world.sent_since(before).is_empty(), may_open, "{made:?} sent after {event:?}");
            assert!(!may_open || made.opens(&world, &after).await, "{made:?} made after {event:?}");
            pairs += 1;
            working += usize::from(may_open);
        }
    }
    assert_eq!((pairs, working), (23, 18));
}

#[tokio::test]
async fn a_code_for_nobody_dies_once_its_number_is_somebodys() {
    let world = World::new().await;
    world.text(&world.browser, "ChangeMobile", WANTED_PHONE).await;
    let for_customer = world.code();
    world.server.clock().advance(SECOND);
    world.register(&world.server.client(), "wang@example.com", WANTED_PHONE).await;
    assert!(!world.change_phone(&world.browser, WANTED_PHONE, &for_customer).await);
}
