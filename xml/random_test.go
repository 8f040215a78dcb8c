package xml

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"unicode/utf16"
)

// randomDocument makes documents of every shape that canonicalisation can meet, the same for the same seed.
type randomDocument struct {
	r    *rand.Rand
	b    strings.Builder
	ids  int
	more bool // Ids under other names, xml:id
}

func newRandom(seed uint64) *randomDocument {
	return &randomDocument{r: rand.New(rand.NewPCG(seed, seed^0x9E3779B97F4A7C15))}
}

var (
	randomNames    = []string{"a", "b", "HDon", "DLHDon", "Tên", "x-1", "_y"}
	randomPrefixes = []string{"p", "q", "ds", "xsi"}
	randomURIs     = []string{"urn:a", "urn:b", "http://example.org/ns", "http://www.w3.org/2000/09/xmldsig#"}
	randomTexts    = []string{
		"text", " ", "\n  ", "\r\n", "\r", "\t", "Hóa đơn số 1", "&amp;", "&lt;", "&gt;", "&#13;", "&#x1F600;", "&quot;'", "a]]b", "]", ">", "\u0085", "đồng\u00A0",
	}
	randomValues = []string{"", "1", "Khách &amp; Bạn", "&#9;x&#10;y&#13;z", "a\tb\nc\r\nd", "&lt;x>", "'", "ế", "  "}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// document makes a document of about n elements, with Ids "id1", "id2" and so on.
func (d *randomDocument) document(n int) string {
	d.b.Reset()
	d.ids = 0
	if d.r.IntN(2) == 0 {
		d.b.WriteString("<?xml version=\"1.0\"?>\n")
	}
	d.misc()
	d.element(map[string]string{}, n, 0)
	d.misc()
	return d.b.String()
}

func (d *randomDocument) misc() {
	for d.r.IntN(3) == 0 {
		switch d.r.IntN(3) {
		case 0:
			d.b.WriteString("<!-- chú\r\nthích -->")
		case 1:
			d.b.WriteString("<?pi  data > & ?>")
		default:
			d.b.WriteString("\n")
		}
	}
}

func (d *randomDocument) element(scope map[string]string, budget, depth int) {
	inner := make(map[string]string, len(scope))
	for k, v := range scope {
		inner[k] = v
	}
	var attrs []string
	if d.r.IntN(3) == 0 {
		p, u := pick(d.r, randomPrefixes), pick(d.r, randomURIs)
		inner[p] = u
		attrs = append(attrs, fmt.Sprintf(`xmlns:%s="%s"`, p, u))
	}
	switch d.r.IntN(6) {
	case 0:
		u := pick(d.r, randomURIs)
		inner[""] = u
		attrs = append(attrs, fmt.Sprintf(`xmlns='%s'`, u))
	case 1:
		inner[""] = ""
		attrs = append(attrs, `xmlns=""`)
	}
	var prefixes []string
	for _, p := range randomPrefixes {
		if inner[p] != "" {
			prefixes = append(prefixes, p)
		}
	}
	name := pick(d.r, randomNames)
	if len(prefixes) > 0 && d.r.IntN(2) == 0 {
		name = pick(d.r, prefixes) + ":" + name
	}
	quote := func(v string) string {
		if d.r.IntN(2) == 0 && !strings.Contains(v, "'") {
			return "'" + v + "'"
		}
		return `"` + v + `"`
	}
	if d.r.IntN(3) == 0 {
		attrs = append(attrs, "z="+quote(pick(d.r, randomValues)), "m="+quote(pick(d.r, randomValues)))
	}
	if len(prefixes) > 0 && d.r.IntN(3) == 0 {
		attrs = append(attrs, pick(d.r, prefixes)+":attr="+quote(pick(d.r, randomValues)))
	}
	if d.r.IntN(5) == 0 {
		attrs = append(attrs, pick(d.r, []string{"xml:lang='vi'", "xml:space='preserve'", "xml:base='http://example.org/x/'", "xml:base='../y'"}))
	}
	if d.r.IntN(2) == 0 || depth == 0 {
		d.ids++
		name := "Id"
		if d.more {
			name = pick(d.r, []string{"Id", "ID", "id", "iD", "xml:id"})
		}
		attrs = append(attrs, fmt.Sprintf("%s='id%d'", name, d.ids))
	}
	d.r.Shuffle(len(attrs), func(i, j int) { attrs[i], attrs[j] = attrs[j], attrs[i] })
	d.b.WriteString("<" + name)
	for _, a := range attrs {
		d.b.WriteString(pick(d.r, []string{" ", "\n", "  ", "\t"}) + a)
	}
	if budget <= 1 && d.r.IntN(2) == 0 {
		d.b.WriteString("/>")
		return
	}
	d.b.WriteString(">")
	for budget > 0 {
		switch d.r.IntN(6) {
		case 0:
			d.b.WriteString("<!--c-->")
		case 1:
			d.b.WriteString("<?p q?>")
		case 2:
			d.b.WriteString("<![CDATA[<&>\r\n]]>")
		case 3:
			if depth < 12 {
				part := d.r.IntN(budget) + 1
				d.element(inner, part-1, depth+1)
				budget -= part
				continue
			}
		default:
			d.b.WriteString(pick(d.r, randomTexts))
		}
		budget--
	}
	d.b.WriteString("</" + name + pick(d.r, []string{"", "", " "}) + ">")
}

// toUTF16 is a document without a declaration in UTF-16 with a byte order mark.
func toUTF16(doc string, big bool) []byte {
	doc = strings.TrimPrefix(doc, "<?xml version=\"1.0\"?>")
	var out []byte
	for _, u := range append([]uint16{0xFEFF}, utf16.Encode([]rune(doc))...) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return out
}
