package kyso

import (
	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/i18n"
)

// Lang is a language that every text of the module exists in.
type Lang = i18n.Lang

// The languages.
const (
	English    = i18n.English
	Vietnamese = i18n.Vietnamese
)

// Explain says an error in Vietnamese ("vi") or English (anything else), as one line for people, without a full stop. Errors of kyso
// are said by their code, together with the causes beneath them that carry a code too; well-known errors of the system (file not
// found, no permission, disk full, cancelled, too slow) have texts of their own; what is left is quoted. Whatever comes from
// outside is cleaned of control characters. nil is "".
func Explain[L ~string](err error, lang L) string {
	l, _ := i18n.ParseLang(string(lang))
	return finding.Explain(err, l)
}
