//! Shared values as keys.

use baqylau_forms::ByIdentity;
use std::collections::HashMap;
use std::sync::Arc;

#[test]
fn a_shared_value_is_found_by_itself_and_not_by_its_like() {
    let (one, like) = (Arc::new(1), Arc::new(1));
    let known = HashMap::from([(ByIdentity::of(&one), "one")]);
    assert_eq!(known.get(&ByIdentity::of(&one.clone())), Some(&"one"));
    assert_eq!(known.get(&ByIdentity::of(&like)), None);
}

/// A value that was dropped would leave its address to the next.
#[test]
fn a_key_holds_its_value() {
    let value = Arc::new(1);
    let weak = Arc::downgrade(&value);
    let key = ByIdentity::of(&value);
    drop(value);
    assert_eq!(weak.upgrade().as_ref(), Some(key.get()));
}
