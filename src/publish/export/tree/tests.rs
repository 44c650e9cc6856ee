use bytes::Bytes;

use super::*;

fn document(path: &str, text: &str) -> Given {
    Given::Document {
        path: path.to_owned(),
        tag: text.to_owned(),
        bytes: Bytes::from(text.to_owned()),
    }
}

/// Writes these documents in a run that keeps some paths.
fn run(folder: &Path, documents: &[(&str, &str)], kept: &[&str], whole: bool) -> Written {
    let mut tree = Tree::below(folder, false).unwrap();
    kept.iter().for_each(|path| tree.take(Given::Kept((*path).to_owned())).unwrap());
    documents.iter().for_each(|(path, text)| tree.take(document(path, text)).unwrap());
    tree.finish(whole).unwrap()
}

/// Writes of these documents those that are not held; what became of it, and how many were
/// held.
fn again(folder: &Path, documents: &[(&str, &str)], packed: bool, whole: bool) -> (Written, usize) {
    let mut tree = Tree::below(folder, packed).unwrap();
    let held = tree.held();
    let mut same = 0;
    for (path, text) in documents {
        let is_held = held.has(path, text);
        same += usize::from(is_held);
        tree.take(if is_held { Given::Same((*path).to_owned()) } else { document(path, text) })
            .unwrap();
    }
    (tree.finish(whole).unwrap(), same)
}

/// The files below a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let read = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    read.filter(|name| name != manifest::NAME).collect()
}

#[test]
fn a_whole_tree_loses_what_is_dead_and_others_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let has = |path: &str| folder.path().join(path).exists();
    let (head, all) = (("feeds/a.atom", "1"), ("feeds/all.atom", "1"));
    let first = run(
        folder.path(),
        &[all, head, ("feeds/a/s.atom", "s"), ("feeds/a/archive/1.atom", "f")],
        &[],
        true,
    );
    assert_eq!((first.documents, first.removed, first.unlisted), (4, 0, false));
    // What was begun and not ended is listed too.
    assert_eq!(
        run(folder.path(), &[("feeds/a.atom", "2"), ("feeds/b.atom", "b")], &[], false).removed,
        0
    );
    assert!(has("feeds/all.atom") && has("feeds/a/s.atom"));
    assert_eq!(run(folder.path(), &[all], &["feeds"], true).removed, 0);
    assert_eq!(
        run(folder.path(), &[all], &["feeds/a/archive/1.atom"], true).removed,
        3,
        "a.atom of the run that was broken off, b.atom, a/s.atom"
    );
    assert!(
        has("feeds/a/archive/1.atom")
            && !has("feeds/a/s.atom")
            && !has("feeds/b.atom")
            && !has("feeds/a.atom")
    );
    assert_eq!(run(folder.path(), &[all], &[], true).removed, 1);
    assert!(!has("feeds/a") && has("feeds/all.atom"));
}

#[test]
fn a_tree_without_a_manifest_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("feeds")).unwrap();
    fs::write(folder.path().join("feeds/old.atom"), "old").unwrap();
    let written = run(folder.path(), &[("feeds/all.atom", "1")], &[], true);
    assert_eq!((written.removed, written.unlisted), (0, true));
    assert!(!run(folder.path(), &[("feeds/all.atom", "2")], &[], true).unlisted);
    assert!(folder.path().join("feeds/old.atom").exists());
    assert!(Tree::below(folder.path(), false).unwrap().take(document("../x", "x")).is_err());
    assert!(
        Tree::below(folder.path(), false)
            .unwrap()
            .take(Given::Same("feeds/old.atom".to_owned()))
            .is_err()
    );
}

#[test]
fn only_what_does_not_stand_as_it_was_written_is_given_again() {
    let folder = tempfile::tempdir().unwrap();
    let at = |path: &str| folder.path().join(path);
    let [a, b, c] = [("a.atom", "one"), ("b.atom", "two"), ("c.atom", "three")];
    let figures = |(written, same): (Written, usize)| {
        (written.documents, written.written, written.removed, same)
    };
    assert_eq!(figures(again(folder.path(), &[a, b, c], false, true)), (3, 3, 0, 0));
    assert_eq!(figures(again(folder.path(), &[a, b, c], false, true)), (3, 0, 0, 3));
    // Another length, another time of change, gone, a link: whatever others did.
    let touch = |path: &str| {
        File::options()
            .write(true)
            .open(at(path))
            .unwrap()
            .set_modified(std::time::SystemTime::UNIX_EPOCH)
            .unwrap()
    };
    fs::write(at("a.atom"), "longer").unwrap();
    fs::write(at("b.atom"), "owt").unwrap();
    touch("b.atom");
    fs::remove_file(at("c.atom")).unwrap();
    assert_eq!(figures(again(folder.path(), &[a, b, c], false, true)), (3, 3, 0, 0));
    touch("a.atom");
    fs::rename(at("b.atom"), at("elsewhere")).unwrap();
    std::os::unix::fs::symlink(at("elsewhere"), at("b.atom")).unwrap();
    assert_eq!(
        figures(again(folder.path(), &[a, b, ("c.atom", "THREE")], false, true)),
        (3, 1, 0, 0)
    );
    assert_eq!(
        ["a.atom", "b.atom", "c.atom"].map(|path| fs::read_to_string(at(path)).unwrap()),
        ["one", "two", "THREE"]
    );
    assert_eq!(
        figures(again(folder.path(), &[a], false, true)),
        (1, 0, 1, 1),
        "a link is not ours"
    );
    // A run that is not whole loses nothing of what it was not told of.
    assert_eq!(figures(again(folder.path(), &[("d.atom", "four")], false, false)), (1, 1, 0, 0));
    assert_eq!(figures(again(folder.path(), &[a, ("d.atom", "four")], false, true)), (2, 0, 0, 2));
}

#[test]
fn packed_forms_stand_and_fall_with_their_documents() {
    let folder = tempfile::tempdir().unwrap();
    let (long, longer) = ("long ".repeat(200), "longer ".repeat(200));
    let (a, b, small) =
        (("a.atom", long.as_str()), ("b.atom", longer.as_str()), ("s.atom", "small"));
    let with = |paths: &[&str], plain: &[&str]| -> BTreeSet<String> {
        let forms = paths.iter().flat_map(|path| {
            [format!("{path}.gz"), format!("{path}.br"), format!("{path}.zst"), (*path).to_owned()]
        });
        forms.chain(plain.iter().map(|path| (*path).to_owned())).collect()
    };
    let (written, same) = again(folder.path(), &[a, b, small], true, true);
    assert_eq!((written.documents, written.written, same), (3, 3, 0));
    assert_eq!(files(folder.path()), with(&["a.atom", "b.atom"], &["s.atom"]));
    assert_eq!(
        again(folder.path(), &[a, b, small], true, true).1,
        3,
        "of the small one none is missing"
    );
    fs::remove_file(folder.path().join("a.atom.br")).unwrap();
    fs::write(folder.path().join("b.atom.gz"), "damaged").unwrap();
    let (written, same) = again(folder.path(), &[a, b, small], true, true);
    assert_eq!(
        (written.written, same, files(folder.path())),
        (2, 1, with(&["a.atom", "b.atom"], &["s.atom"]))
    );
    // Of what is written without them none is left, even if the run is broken off; others stay
    // until a whole one.
    let (written, same) = again(folder.path(), &[("a.atom", &longer), b], false, false);
    assert_eq!(
        (written.removed, same, files(folder.path())),
        (3, 1, with(&["b.atom"], &["a.atom", "s.atom"]))
    );
    let (written, same) = again(folder.path(), &[("a.atom", &longer), b, small], false, true);
    assert_eq!(
        (written.removed, same, files(folder.path())),
        (3, 3, with(&[], &["a.atom", "b.atom", "s.atom"]))
    );
    // They go with a document that is gone, and stay with one that is kept.
    again(folder.path(), &[a, b], true, true);
    let mut tree = Tree::below(folder.path(), true).unwrap();
    tree.take(Given::Kept("b.atom".to_owned())).unwrap();
    assert_eq!(
        (tree.finish(true).unwrap().removed, files(folder.path())),
        (4, with(&["b.atom"], &[]))
    );
    assert_eq!(again(folder.path(), &[b], true, true).1, 1);
}
