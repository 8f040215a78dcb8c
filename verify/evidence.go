package verify

import (
	"io"

	"github.com/kyso-dev/kyso/trust"
)

// WriteEvidence writes the evidence record of a check: the evidence of the reports, and the reports themselves in the language given. See
// [trust.WriteRecord] for its form, and [trust.ReadEvidence] for the way back. Errors are those of w and *[trust.Error].
func WriteEvidence(w io.Writer, lang Lang, reports ...*Report) error {
	all := new(trust.Evidence)
	var found [][]byte
	for _, r := range reports {
		all.Add(r.Evidence())
		raw, err := r.JSON(lang)
		if err != nil {
			return err
		}
		found = append(found, raw)
	}
	if len(reports) == 0 {
		return fail(CodeReport, nil)
	}
	return trust.WriteRecord(w, all, found, reports[0].ValidationTime)
}
