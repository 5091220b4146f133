use baqylau_exports::html;

use super::samples::{HOSTILE, everywhere, long};

#[test]
fn hostile_text_is_escaped() {
    let page = html(&everywhere(HOSTILE, false));
    assert!(!page.contains("<script"));
    assert!(!page.contains(['\0', '\u{1b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{ffff}']));
    assert!(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;]]&gt;evil {{x}}"));
    assert!(page.contains("<html lang=\"scriptalertxscriptevilx\" dir=\"ltr\">"));
}

#[test]
fn page_has_language_direction_and_structure() {
    let page = html(&long(true));
    assert!(page.contains("<html lang=\"ar\" dir=\"rtl\">"));
    assert_eq!(page.matches("<h1>").count(), 1);
    assert_eq!(page.matches("<h3>").count(), 12);
    assert_eq!(page.matches("<th scope=\"col\">").count(), 3);
    assert_eq!(page.matches("<tr>").count(), 61);
    for rule in ["prefers-color-scheme: dark", "@media print", "table-header-group"] {
        assert!(page.contains(rule), "{rule}");
    }
    assert!(!page.contains("http:") && !page.contains("https:"), "nothing is fetched");
}
