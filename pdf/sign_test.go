package pdf_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/cms"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/pdf"
)

func TestSignSmall(t *testing.T) {
	p, s := testpki.Start(t)
	_ = s
	doc := plain()
	out := signed(t, p, doc, &pdf.Options{Level: pdf.LevelBT, Timestamper: p.TSAClient(), Reason: "Phê duyệt", Location: "Hà Nội"})
	os.WriteFile("/tmp/f-out.pdf", out, 0o644)
	require.Equal(t, doc, out[:len(doc)])
	d := read(t, out)
	require.Len(t, d.Signatures, 1)
	sig := d.Signatures[0]
	require.Equal(t, cms.Intact, sig.CMS.ContentIntegrity)
	require.Equal(t, pdf.LevelBT, sig.Level)
	t.Logf("%+v", sig)
}
