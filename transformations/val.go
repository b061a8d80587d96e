package transformations

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func valKeys() []registry.TransKey {
	return []registry.TransKey{
		bare("n0", "0 for $null.", func(_ *registry.Ctx, v *value.Value) {
			if v.IsNull() {
				v.SetInt(0)
			}
		}),
		bare("ne", "The empty text for $null.", func(_ *registry.Ctx, v *value.Value) {
			if v.IsNull() {
				v.SetStr("")
			}
		}),
		bare("json", "Escaped for a JSON string; the empty text for $null.", func(c *registry.Ctx, v *value.Value) {
			switch {
			case v.IsNull():
				v.SetStr("")
			case v.IsStr():
				v.SetStr(jsonEscaped(c, v.S, ""))
			}
		}),
		bare("jsonqe", "As a JSON value: a text escaped and in quotes, a number as it is, \"\" for $null.", func(c *registry.Ctx, v *value.Value) {
			switch {
			case v.IsNull():
				v.SetStr(`""`)
			case v.IsStr():
				v.SetStr(jsonEscaped(c, v.S, `"`))
			}
		}),
	}
}

// jsonEscaped escapes for a JSON string (RFC 8259 section 7), quote around it.
func jsonEscaped(c *registry.Ctx, s, quote string) string {
	b := append(c.Arena.Alloc(6*len(s) + 2*len(quote))[:0], quote...)
	for i := range len(s) {
		x := s[i]
		switch {
		case x == '"' || x == '\\':
			b = append(b, '\\', x)
		case x == '\b':
			b = append(b, `\b`...)
		case x == '\f':
			b = append(b, `\f`...)
		case x == '\n':
			b = append(b, `\n`...)
		case x == '\r':
			b = append(b, `\r`...)
		case x == '\t':
			b = append(b, `\t`...)
		case x < ' ':
			b = append(b, '\\', 'u', '0', '0', lowerHex[x>>4], lowerHex[x&15])
		default:
			b = append(b, x)
		}
	}
	return registry.View(append(b, quote...))
}

func sqlKeys() []registry.TransKey {
	key := func(name, doc string, null func(v *value.Value)) registry.TransKey {
		return bare(name, doc, func(c *registry.Ctx, v *value.Value) {
			switch {
			case v.IsNull():
				null(v)
			case v.IsStr():
				v.SetStr(sqlQuoted(c, v.S))
			}
		})
	}
	return []registry.TransKey{
		key("val", "As SQL has it: NULL, a number, or a text in quotes.", func(v *value.Value) { v.SetStr("NULL") }),
		key("val.int", "As {sql.val}, 0 for $null.", func(v *value.Value) { v.SetStr("0") }),
		key("val.str", "As {sql.val}, '' for $null.", func(v *value.Value) { v.SetStr("''") }),
	}
}

func sqlQuoted(c *registry.Ctx, s string) string {
	b := append(c.Arena.Alloc(2*len(s) + 2)[:0], '\'')
	for i := range len(s) {
		switch s[i] {
		case '\'', '"', '\\':
			b = append(b, '\\', s[i])
		case 0:
			b = append(b, '\\', '0')
		default:
			b = append(b, s[i])
		}
	}
	return registry.View(append(b, '\''))
}

func urlKeys() []registry.TransKey {
	return []registry.TransKey{
		text("path", "What stands before the ?.", func(_ *registry.Ctx, s string) string {
			path, _, _ := strings.Cut(s, "?")
			return path
		}),
		text("querystring", "What stands behind the ?.", func(_ *registry.Ctx, s string) string {
			_, query, _ := strings.Cut(s, "?")
			return query
		}),
	}
}
