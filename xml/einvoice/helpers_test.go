package einvoice_test

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/finding"
	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/signer"
	"github.com/kyso-dev/kyso/xml"
	"github.com/kyso-dev/kyso/xml/einvoice"
)

var pki = sync.OnceValue(func() *testpki.PKI {
	p, err := testpki.New(nil)
	if err != nil {
		panic(err)
	}
	return p
})

// sign signs a document at a slot with one of the PKI's keys.
func sign(t testing.TB, doc []byte, who string, slot einvoice.Slot, opts *einvoice.Options) []byte {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, einvoice.Sign(context.Background(), &out, bytes.NewReader(doc), int64(len(doc)), pki().Signer(who), slot, opts))
	return out.Bytes()
}

// intact reads a document of which every signature is intact.
func intact(t testing.TB, doc []byte, n int) *xml.Document {
	t.Helper()
	d, err := xml.Read(context.Background(), bytes.NewReader(doc), int64(len(doc)), nil)
	require.NoError(t, err)
	require.Len(t, d.Signatures, n)
	for _, s := range d.Signatures {
		require.Equal(t, xml.Intact, s.SignatureIntegrity, "%s %v", s.Element.Path, s.Findings)
		require.Equal(t, xml.Intact, s.ContentIntegrity, "%s %v", s.Element.Path, s.Findings)
	}
	return d
}

func hasCode(err error, code finding.Code) bool {
	var c interface{ Code() string }
	return errors.As(err, &c) && c.Code() == string(code)
}

const (
	// invoiceData is that of the minimal invoice.
	invoiceData = `<DLHDon Id="data"><TTChung><PBan>2.1.0</PBan><THDon>Hóa đơn giá trị gia tăng</THDon><KHMSHDon>1</KHMSHDon><KHHDon>K26TYY</KHHDon><SHDon>1</SHDon><NLap>2026-01-02</NLap><DVTTe>VND</DVTTe></TTChung><NDHDon><NBan><Ten>Công ty Mẫu</Ten><MST>0100000000</MST></NBan><NMua><Ten>Khách &amp; Bạn</Ten></NMua><DSHHDVu><HHDVu><TChat>1</TChat><STT>1</STT><THHDVu>Hàng mẫu</THHDVu><SLuong>1</SLuong><DGia>1000</DGia><ThTien>1000</ThTien><TSuat>10%</TSuat></HHDVu></DSHHDVu><TToan><TgTCThue>1000</TgTCThue><TgTThue>100</TgTThue><TgTTTBSo>1100</TgTTTBSo></TToan></NDHDon></DLHDon>`
	emptySlots  = `<DSCKS><NBan></NBan><NMua/><CQT/><CCKSKhac/></DSCKS>`
	code        = `<MCCQT Id="mccqt">00ABCDEF0123456789ABCDEF0123456789</MCCQT>`
)

// counter counts the consents that a batch asks for.
type counter struct {
	signer.Signer
	batches int
}

func (c *counter) SignBatch(ctx context.Context, reqs []signer.Request) ([][]byte, error) {
	c.batches++
	return signer.SignBatch(ctx, c.Signer, reqs)
}
