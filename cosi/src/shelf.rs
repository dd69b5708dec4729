//! The resources of one collection, found by their ids.
//!
//! A table of handles, each 16 bytes: the id is where the resource is. Whoever has found an entry changes it without
//! looking again. The table has no order; whoever lists gets one.

use std::hash::BuildHasher;

pub(crate) use hashbrown::hash_table::{Entry, OccupiedEntry};
use hashbrown::{DefaultHashBuilder, HashTable};

use crate::object::Object;

/// # Invariants
/// No two resources have the same id.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    table: HashTable<Object>,
    /// Drawn anew for each table, so that ids which collide in one do not in another.
    seed: DefaultHashBuilder,
}

impl Shelf {
    /// The resource, if it is there.
    pub(crate) fn get(&self, id: &str) -> Option<&Object> {
        self.table.find(hash(&self.seed, id), |object| object.id() == id)
    }

    /// The entry of the resource, if it is there.
    pub(crate) fn held(&mut self, id: &str) -> Option<OccupiedEntry<'_, Object>> {
        self.table.find_entry(hash(&self.seed, id), |object| object.id() == id).ok()
    }

    /// The entry of the resource, or the one that it is to have.
    pub(crate) fn entry(&mut self, id: &str) -> Entry<'_, Object> {
        let Self { table, seed } = self;
        let again = |object: &Object| hash(seed, object.id());
        table.entry(hash(seed, id), |object| object.id() == id, again)
    }

    /// The resources that `chosen` chooses, in no order.
    pub(crate) fn choose(&self, chosen: impl Fn(&Object) -> bool) -> Vec<Object> {
        self.table.iter().filter(|object| chosen(object)).cloned().collect()
    }
}

/// The resources in the order of their ids.
pub(crate) fn sorted(mut objects: Vec<Object>) -> Vec<Object> {
    objects.sort_by_cached_key(|object| object.id().clone());
    objects
}

fn hash(seed: &DefaultHashBuilder, id: &str) -> u64 {
    seed.hash_one(id.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Note;

    fn note(id: &str, title: &str) -> Object {
        Object::new("ns", id, Note::new(title, ""))
    }

    fn insert(shelf: &mut Shelf, object: Object) {
        match shelf.entry(&object.id().clone()) {
            Entry::Occupied(mut entry) => *entry.get_mut() = object,
            Entry::Vacant(entry) => {
                entry.insert(object);
            }
        }
    }

    #[test]
    fn keeps_one_resource_for_each_id() {
        let mut shelf = Shelf::default();
        for round in ["first", "second"] {
            for number in 0..1000 {
                insert(&mut shelf, note(&number.to_string(), round));
            }
        }
        let list = sorted(shelf.choose(|_| true));
        assert_eq!(list.len(), 1000);
        assert!(list.iter().all(|o| o.downcast::<Note>().unwrap().spec.title == "second"));
        assert!(list.is_sorted_by(|a, b| a.id() < b.id()));
        assert_eq!(shelf.get("7").unwrap().id(), "7");
        assert_eq!(shelf.held("7").unwrap().remove().0.id(), "7");
        assert!(shelf.get("7").is_none() && shelf.held("7").is_none());
        assert_eq!(shelf.choose(|object| object.id().ends_with("07")).len(), 9);
    }
}
