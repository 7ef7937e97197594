//! Random rules, contexts and rows: what a statement does under the rules is what a model of them in Rust says.

use super::{ALL, refused};
use crate::database::{builders, is_sqlite};
use kysera::expr::{Conditions, Expression};
use kysera::extend::plugin::Operation;
use kysera::plugins::{OwedToContext, RowSecurity, TableRules};
use kysera::prelude::*;
use kysera::query::{Query, Ready};
use kysera::schema::create_table;
use kysera::{Error, ErrorKind, PolicyContext};
use kysera_sql::typed::{Closed, Condition, In, Nil, NoAgg, RefsIn, Required};

#[derive(Table, Debug, Clone, PartialEq)]
struct Thing {
    #[column(primary_key)]
    id: i64,
    tenant: i64,
    owner: Option<i64>,
    level: Option<i32>,
    note: String,
}

/// Read by rules alone.
#[derive(Table, Debug, Clone, PartialEq)]
struct Ban {
    #[column(primary_key)]
    id: i64,
    user: i64,
}

#[derive(PolicyContext, Debug, Clone)]
struct Who {
    tenant: i64,
    user: Option<i64>,
    level: i32,
    levels: Vec<i32>,
    roles: Vec<String>,
}

/// A condition, which is said to the plugin and to the model.
#[derive(Clone, Copy, Debug)]
enum Said {
    OwnTenant,
    Owned,
    NotOwned,
    OwnedNullSafe,
    Above,
    InLevels,
    NotInLevels,
    Admin,
    NotAdmin,
    HighLevel,
    Given,
    NotBanned,
    TenantOrAdmin,
    OwnedAndHigh,
    NeitherOwnedNorAdmin,
}

const SAID: [Said; 15] = [
    Said::OwnTenant,
    Said::Owned,
    Said::NotOwned,
    Said::OwnedNullSafe,
    Said::Above,
    Said::InLevels,
    Said::NotInLevels,
    Said::Admin,
    Said::NotAdmin,
    Said::HighLevel,
    Said::Given,
    Said::NotBanned,
    Said::TenantOrAdmin,
    Said::OwnedAndHigh,
    Said::NeitherOwnedNorAdmin,
];

#[derive(Clone, Copy, Debug)]
enum Word {
    Filter,
    Allow,
    Deny,
    Check,
}

type Rules = TableRules<Who, Thing>;

/// The rules of one world: how each condition is meant, and for which operations.
#[derive(Clone, Debug)]
struct Policy {
    said: Vec<(Word, Vec<Operation>, Said)>,
    /// Operations that an admin is not asked for.
    bypass: Vec<Operation>,
}

impl Policy {
    fn random(random: &mut Random) -> Policy {
        let words = [Word::Filter, Word::Allow, Word::Allow, Word::Deny, Word::Check];
        let said = (0..1 + random.below(4))
            .map(|_| {
                let operations = ALL.into_iter().filter(|_| random.below(2) == 0).collect();
                (words[random.below(words.len())], operations, SAID[random.below(SAID.len())])
            })
            .collect();
        let bypass = match random.below(3) {
            0 => ALL.into_iter().filter(|_| random.below(2) == 0).collect(),
            _ => Vec::new(),
        };
        Policy { said, bypass }
    }

    fn rules(&self, mut rules: Rules) -> Rules {
        for (word, operations, said) in &self.said {
            rules = said.put(rules, *word, operations);
        }
        rules.bypass(self.bypass.clone(), Who.roles.contains("admin"))
    }
}

fn put<E, I>(rules: Rules, word: Word, operations: &[Operation], condition: E) -> Rules
where
    E: Expression<Value: Condition>,
    E::Refs: RefsIn<In<Thing, Required, Nil>, I, Outer<Nil>: OwedToContext<Who>> + NoAgg,
{
    match word {
        Word::Filter => rules.filter(condition),
        Word::Allow => rules.allow(operations.to_vec(), condition),
        Word::Deny => rules.deny(operations.to_vec(), condition),
        Word::Check => rules.check(operations.to_vec(), condition),
    }
}

impl Said {
    fn put(self, rules: Rules, word: Word, on: &[Operation]) -> Rules {
        let admin = || Who.roles.contains("admin");
        let owned = || Thing.owner.eq(Who.user);
        let high = || Who.level.ge(2);
        match self {
            Said::OwnTenant => put(rules, word, on, Thing.tenant.eq(Who.tenant)),
            Said::Owned => put(rules, word, on, owned()),
            Said::NotOwned => put(rules, word, on, not(owned())),
            Said::OwnedNullSafe => put(rules, word, on, Thing.owner.is(Some(Who.user))),
            Said::Above => put(rules, word, on, Thing.level.ge(Who.level)),
            Said::InLevels => put(rules, word, on, Thing.level.in_list(Who.levels)),
            Said::NotInLevels => put(rules, word, on, Thing.level.not_in_list(Who.levels)),
            Said::Admin => put(rules, word, on, admin()),
            Said::NotAdmin => put(rules, word, on, not(admin())),
            Said::HighLevel => put(rules, word, on, high()),
            Said::Given => put(rules, word, on, Who.user.is_given()),
            Said::NotBanned => {
                let bans =
                    select_from(Ban).filter(Ban.user.eq(Who.user).and(Ban.id.ne(Thing.tenant.outer())));
                put(rules, word, on, not_exists(bans))
            }
            Said::TenantOrAdmin => put(rules, word, on, Thing.tenant.eq(Who.tenant).or(admin())),
            Said::OwnedAndHigh => put(rules, word, on, owned().and(high())),
            Said::NeitherOwnedNorAdmin => put(rules, word, on, not(owned().or(admin()))),
        }
    }

    /// `None` is unknown.
    fn holds(self, thing: &Thing, who: &Who) -> Option<bool> {
        let admin = who.roles.iter().any(|role| role == "admin");
        let owned = thing.owner.zip(who.user).map(|(owner, user)| owner == user);
        let listed = match thing.level {
            _ if who.levels.is_empty() => Some(false),
            level => level.map(|level| who.levels.contains(&level)),
        };
        let not = |is: Option<bool>| is.map(|is| !is);
        let or = |left: Option<bool>, right: bool| if right { Some(true) } else { left };
        match self {
            Said::OwnTenant => Some(thing.tenant == who.tenant),
            Said::Owned => owned,
            Said::NotOwned => not(owned),
            Said::OwnedNullSafe => who.user.map(|user| thing.owner == Some(user)),
            Said::Above => thing.level.map(|level| level >= who.level),
            Said::InLevels => listed,
            Said::NotInLevels => not(listed),
            Said::Admin => Some(admin),
            Said::NotAdmin => Some(!admin),
            Said::HighLevel => Some(who.level >= 2),
            Said::Given => Some(who.user.is_some()),
            Said::NotBanned => {
                who.user.map(|user| !BANS.iter().any(|(id, of)| *of == user && *id != thing.tenant))
            }
            Said::TenantOrAdmin => or(Some(thing.tenant == who.tenant), admin),
            Said::OwnedAndHigh => {
                if who.level >= 2 {
                    owned
                } else {
                    Some(false)
                }
            }
            Said::NeitherOwnedNorAdmin => not(or(owned, admin)),
        }
    }
}

/// What the rules mean, said once more in Rust.
impl Policy {
    fn of(&self, kind: fn(&Word) -> bool) -> impl Iterator<Item = &(Word, Vec<Operation>, Said)> {
        self.said.iter().filter(move |(word, ..)| kind(word))
    }

    fn passes(&self, operation: Operation, who: &Who) -> bool {
        self.bypass.contains(&operation) && who.roles.iter().any(|role| role == "admin")
    }

    fn filtered(&self, thing: &Thing, who: &Who) -> bool {
        self.of(|word| matches!(word, Word::Filter)).all(|(_, _, said)| said.holds(thing, who) == Some(true))
    }

    /// What is asked for an operation beside its filters or checks.
    fn allowed(&self, operation: Operation, thing: &Thing, who: &Who, is_said: bool) -> bool {
        let allows = || self.of(|word| matches!(word, Word::Allow));
        let for_operation =
            |(_, operations, _): &&(Word, Vec<Operation>, Said)| operations.contains(&operation);
        let is_allowed = match allows().next() {
            None => is_said,
            Some(_) => {
                allows().filter(for_operation).any(|(_, _, said)| said.holds(thing, who) == Some(true))
            }
        };
        let mut denies = self.of(|word| matches!(word, Word::Deny)).filter(for_operation);
        is_allowed && denies.all(|(_, _, said)| said.holds(thing, who) == Some(false))
    }

    fn row(&self, operation: Operation, thing: &Thing, who: &Who) -> bool {
        let is_said = self.of(|word| matches!(word, Word::Filter | Word::Allow)).next().is_some();
        let one = |operation| {
            self.passes(operation, who)
                || self.filtered(thing, who) && self.allowed(operation, thing, who, is_said)
        };
        one(Operation::Read) && one(operation)
    }

    fn new_row(&self, operation: Operation, thing: &Thing, who: &Who) -> bool {
        let checks = || {
            let checks = self.of(|word| matches!(word, Word::Check));
            checks.filter(|(_, operations, _)| operations.contains(&operation))
        };
        let is_checked = checks().next().is_some();
        let is_said =
            is_checked || self.of(|word| matches!(word, Word::Filter | Word::Allow)).next().is_some();
        let base = match is_checked {
            true => checks().all(|(_, _, said)| said.holds(thing, who) == Some(true)),
            false => self.filtered(thing, who),
        };
        self.passes(operation, who) || base && self.allowed(operation, thing, who, is_said)
    }
}

const BANS: [(i64, i64); 3] = [(1, 1), (2, 2), (3, 2)];

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn of<T: Clone>(&mut self, some: &[T]) -> T {
        some[self.below(some.len())].clone()
    }

    fn thing(&mut self, id: i64) -> Thing {
        Thing {
            id,
            tenant: self.of(&[1, 2, 3]),
            owner: self.of(&[None, Some(1), Some(2), Some(3)]),
            level: self.of(&[None, Some(1), Some(2), Some(3)]),
            note: "old".into(),
        }
    }

    fn who(&mut self) -> Who {
        Who {
            tenant: self.of(&[1, 2]),
            user: self.of(&[None, Some(1), Some(2)]),
            level: self.of(&[1, 2, 3]),
            levels: self.of(&[vec![], vec![1], vec![2, 3], vec![1, 2, 3]]),
            roles: self.of(&[
                vec![],
                vec!["clerk".into()],
                vec!["admin".into()],
                vec!["Admin".into(), "x".into()],
            ]),
        }
    }
}

fn new(thing: &Thing) -> NewThingRow {
    let Thing { id, tenant, note, .. } = thing.clone();
    NewThing { id, tenant, note }.owner(thing.owner).level(thing.level)
}

/// Runs in a transaction that is rolled back. How many rows were changed, or `None` where the statement was refused.
async fn undone<Q>(db: &Db, statement: Q) -> Option<u64>
where
    Q: Query<Outer: Closed, Readiness: Ready> + Send,
{
    let mut changed = 0;
    let error = db
        .transaction(async |tx| {
            changed = statement.execute(tx).await?.rows_affected;
            Err::<(), _>(Error::new(ErrorKind::Application, "undone"))
        })
        .await
        .unwrap_err();
    match error.kind() {
        ErrorKind::Application => Some(changed),
        _ => {
            refused(Err::<(), _>(error));
            None
        }
    }
}

fn counted(things: &[Thing], is: impl Fn(&Thing) -> bool) -> u64 {
    things.iter().filter(|thing| is(thing)).count().try_into().unwrap()
}

/// What every statement of a user does, and what the model says of it.
async fn compare(place: &str, db: &Db, policy: &Policy, who: &Who, things: &[Thing], random: &mut Random) {
    let is = |operation: Operation| move |thing: &Thing| policy.row(operation, thing, who);

    let ids = select_from(Thing).select(Thing.id).order_by(Thing.id.asc()).fetch_all(db).await.unwrap();
    let seen: Vec<i64> =
        things.iter().filter(|thing| is(Operation::Read)(thing)).map(|thing| thing.id).collect();
    assert_eq!(ids, seen, "read: {place}");

    let deleted = undone(db, delete_from(Thing).all_rows()).await;
    assert_eq!(deleted, Some(counted(things, is(Operation::Delete))), "delete: {place}");

    // One that changes nothing of what rules read, and one that does.
    let (owner, level) = (random.of(&[Some(1), Some(2)]), random.of(&[Some(1), Some(3)]));
    let plain = update(Thing).set(Thing.note.set("new")).all_rows();
    let moved = update(Thing).set(Thing.owner.set(owner)).set(Thing.level.set(level)).all_rows();
    let unmoved = |thing: &Thing| Thing { note: "new".into(), ..thing.clone() };
    let changed = |thing: &Thing| Thing { owner, level, ..thing.clone() };
    let expected = |new: &dyn Fn(&Thing) -> Thing| {
        let touched: Vec<&Thing> = things.iter().filter(|thing| is(Operation::Update)(thing)).collect();
        let pass = touched.iter().all(|thing| policy.new_row(Operation::Update, &new(thing), who));
        pass.then(|| touched.len().try_into().unwrap())
    };
    assert_eq!(undone(db, plain).await, expected(&unmoved), "update: {place}");
    assert_eq!(undone(db, moved).await, expected(&changed), "moving update: {place}");

    for id in [100, 101] {
        let thing = random.thing(id);
        let inserted = undone(db, insert_into(Thing).values(new(&thing))).await;
        let expected = policy.new_row(Operation::Insert, &thing, who).then_some(1);
        assert_eq!(inserted, expected, "insert of {thing:?}: {place}");
    }
}

/// How many policies are made for each database.
const POLICIES: u64 = 60;

#[tokio::test]
async fn statements_do_what_a_model_of_the_rules_says() {
    builders(async |builder| {
        let plain = builder().build().unwrap();
        create_table(Thing).execute(&plain).await.unwrap();
        create_table(Ban).execute(&plain).await.unwrap();
        let bans = BANS.map(|(id, user)| NewBan { id, user });
        insert_into(Ban).rows(bans).execute(&plain).await.unwrap();
        let policies = if is_sqlite(&plain) { 20 * POLICIES } else { POLICIES };
        for seed in 1..=policies {
            let random = &mut Random(seed);
            let policy = Policy::random(random);
            let rules = RowSecurity::<Who>::new().table(Thing, |rules| policy.rules(rules)).open(Ban);
            let db = builder().plugin(rules).build().unwrap();
            delete_from(Thing).all_rows().execute(&plain).await.unwrap();
            let things: Vec<Thing> = (1..=8).map(|id| random.thing(id)).collect();
            insert_into(Thing).rows(things.iter().map(new)).execute(&plain).await.unwrap();
            for _ in 0..3 {
                let who = random.who();
                let place = format!("seed {seed}, {who:?}, {policy:?} on {}", db.dialect().name());
                compare(&place, &db.with(who.clone()), &policy, &who, &things, random).await;
            }
        }
    })
    .await;
}
