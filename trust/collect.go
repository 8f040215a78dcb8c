package trust

import (
	"context"
	"crypto/x509"
	"time"
)

var _ Collector = (*Validator)(nil)

// Collect is [Collector]'s, by the store, evidence, fetcher and cache of the validator: what the document and the validator have is
// taken where it serves, and the rest is fetched. Revocation data that is older than at is taken only where nothing newer can be had
// and where it holds at that time; without a fetcher that is all there is. Errors are *[Error].
func (v *Validator) Collect(ctx context.Context, cert *x509.Certificate, at time.Time, known *Evidence) (*Evidence, error) {
	now := v.now()
	if now.Before(at) {
		now = at // a time-stamp authority's clock may be a little ahead of ours
	}
	j := v.judge(ctx, Question{Certificate: cert, At: at, Now: now, Evidence: known}, at.Truncate(time.Second))
	if j.Err != nil {
		return nil, j.Err
	}
	return j.Used, nil
}
