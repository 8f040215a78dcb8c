package timestamp_test

import (
	"crypto"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/kyso-dev/kyso/internal/testpki"
	"github.com/kyso-dev/kyso/timestamp"
)

// Every fault of the test PKI's time-stamp service is noticed and named; between them the service is taken at its word.
func TestServiceFaults(t *testing.T) {
	want := map[testpki.Fault]timestamp.Code{
		testpki.Slow:              timestamp.CodeTimeout,
		testpki.Status500:         timestamp.CodeServerError,
		testpki.Truncated:         timestamp.CodeResponseMalformed,
		testpki.CutOff:            timestamp.CodeBroken,
		testpki.Garbage:           timestamp.CodeResponseMalformed,
		testpki.Empty:             timestamp.CodeResponseMalformed,
		testpki.Redirect:          timestamp.CodeRedirect,
		testpki.WrongNonce:        timestamp.CodeNonceMismatch,
		testpki.NoNonce:           timestamp.CodeNonceMissing,
		testpki.BrokenSignature:   timestamp.CodeSignatureBroken,
		testpki.Rejection:         timestamp.CodeSystemFailure,
		testpki.NoEKU:             timestamp.CodeEKUMissing,
		testpki.NoCertificate:     timestamp.CodeCertificateMissing,
		testpki.Expired:           timestamp.CodeTimeOutside,
		testpki.Future:            timestamp.CodeTimeOutside,
		testpki.WrongImprint:      timestamp.CodeImprint,
		testpki.EKUNotCritical:    timestamp.CodeEKUNotCritical,
		testpki.ExtraEKU:          timestamp.CodeEKUExtra,
		testpki.WrongESS:          timestamp.CodeESSMismatch,
		testpki.NoESS:             timestamp.CodeESSMissing,
		testpki.WrongPolicy:       timestamp.CodePolicy,
		testpki.WrongContent:      timestamp.CodeNotToken,
		testpki.TwoSigners:        timestamp.CodeSignerCount,
		testpki.Waiting:           timestamp.CodeWaiting,
		testpki.ESSv1:             "",
		testpki.ExtraCertificates: "",
		testpki.GrantedWithMods:   "",
	}
	p, s := testpki.Start(t)
	c := &timestamp.Client{URL: s.TSA, Policy: testpki.Policy(), Retries: -1, Timeout: 20 * time.Second}
	ask := func() error {
		token, err := c.Timestamp(t.Context(), testDigest, crypto.SHA256)
		if err == nil {
			require.NoError(t, token.Check(testDigest, crypto.SHA256))
		}
		return err
	}
	for _, fault := range testpki.Faults(testpki.TSA) {
		t.Run(string(fault), func(t *testing.T) {
			code, known := want[fault]
			require.True(t, known, "a fault without expectation")
			require.NoError(t, ask())
			s.Fault(testpki.TSA, fault, true)
			defer s.Fault(testpki.TSA, fault, false)
			if fault == testpki.Slow {
				slow := *c
				slow.Timeout = 50 * time.Millisecond
				_, err := slow.Timestamp(t.Context(), testDigest, crypto.SHA256)
				wantCode(t, err, code)
				return
			}
			if err := ask(); code == "" {
				require.NoError(t, err)
			} else {
				wantCode(t, err, code)
			}
		})
	}
	_, err := p.TSAClient().Timestamp(t.Context(), testDigest, crypto.SHA256)
	assert.NoError(t, err)
}
