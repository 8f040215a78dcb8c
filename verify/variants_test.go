package verify_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/verify"
	"github.com/kyso-dev/kyso/xml/einvoice/einvoicetest"
)

// TestInvoiceVariants judges an invoice for each thing that occurs in practice or that an attacker may do: what is sound passes, unless
// its certificate or its algorithm is the trouble, and nothing else ever does.
func TestInvoiceVariants(t *testing.T) {
	p := start(t)
	v := p.both(t, verify.PolicyDefault)
	variants, err := einvoicetest.Variants(t.Context(), einvoicetest.Keys{Seller: p.Signer("signer"), Buyer: p.Signer("other"), Authority: p.Signer("cqt"),
		Expired: p.Signer("expired"), Revoked: p.Signer("revoked"), Legacy: p.Key("signer")})
	require.NoError(t, err)
	other := map[string]verify.Indication{
		"expired": verify.Indeterminate, "revoked": verify.Indeterminate, "SHA-1": verify.Indeterminate, "SHA-1 with namespaces": verify.Indeterminate,
	}
	passed := 0
	for _, one := range variants {
		t.Run(one.Name, func(t *testing.T) {
			opts := &verify.Options{Name: one.Name}
			if one.Read != nil {
				opts.Registered, opts.DayOff, opts.InsecureExclusive, opts.InsecureEnveloped = one.Read.Registered, one.Read.DayOff, one.Read.InsecureExclusive, one.Read.InsecureEnveloped
			}
			r := judge(t, v, one.Doc, opts)
			require.Len(t, r.Signatures, one.Signatures)
			want, special := other[one.Name]
			switch {
			case special:
				require.Equal(t, want, r.Indication, "%s", text(t, r, verify.English, false))
			case one.Sound && one.Signatures > 0:
				require.Equal(t, verify.TotalPassed, r.Indication, "%s", text(t, r, verify.English, false))
				passed++
			default:
				require.NotEqual(t, verify.TotalPassed, r.Indication, "%s", text(t, r, verify.English, false))
			}
			if one.Intact < one.Signatures && !special {
				failed := 0
				for _, s := range r.Signatures {
					if s.Indication != verify.TotalPassed {
						failed++
					}
				}
				require.GreaterOrEqual(t, failed, one.Signatures-one.Intact)
			}
		})
	}
	require.Greater(t, passed, 25)
}
