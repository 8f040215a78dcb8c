package trust

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kyso-dev/kyso/internal/httpx"
	"github.com/kyso-dev/kyso/internal/limits"
	"github.com/kyso-dev/kyso/internal/pki"
	"github.com/kyso-dev/kyso/internal/revoke"
)

// fetching is what one judgement may fetch: so many things, in so much time.
type fetching struct {
	v    *Validator
	ctx  context.Context
	now  time.Time
	left atomic.Int64

	mu    sync.Mutex
	asked map[Digest]*flight // in this judgement
}

func (v *Validator) fetching(ctx context.Context, now time.Time) (*fetching, func()) {
	ctx, cancel := context.WithTimeout(ctx, limits.TrustFetchTotal)
	f := &fetching{v: v, ctx: ctx, now: now, asked: make(map[Digest]*flight)}
	f.left.Store(limits.TrustFetches)
	return f, cancel
}

// flight is one exchange, and its outcome once done is closed.
type flight struct {
	done   chan struct{}
	cached *cached
	origin string
}

// flights are the exchanges under way of a validator: whoever wants what is being fetched waits for it.
type flights struct {
	mu   sync.Mutex
	open map[Digest]*flight
}

func keyOf(f Fetch) Digest {
	return DigestOf([]byte(f.Kind + "\x00" + f.URL + "\x00" + string(f.Request)))
}

// get is what stands at an address: from the cache, where that is fit, or fetched. What is fetched is not kept before it is known to be
// good: see keep.
func (f *fetching) get(what Fetch, fit func([]byte) bool) (data []byte, origin string, err error) {
	if u, bad := url.Parse(what.URL); bad != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		scheme, _, _ := strings.Cut(what.URL, ":")
		if len(scheme) > 16 {
			scheme = "?"
		}
		return nil, "", fail(CodeAddress, nil, "scheme", scheme)
	}
	key := keyOf(what)
	if one := f.v.Cache.get(key, f.now); one != nil && (one.err != nil || fit(one.data)) {
		return one.data, OriginCache, one.err
	}
	f.mu.Lock()
	one, ok := f.asked[key] // once in a judgement, whatever comes of it
	if !ok {
		one = &flight{done: make(chan struct{}), origin: OriginFetched}
		f.asked[key] = one
	}
	f.mu.Unlock()
	if !ok {
		one.cached = f.share(key, what)
		close(one.done)
	}
	select {
	case <-one.done:
		return one.cached.data, one.origin, one.cached.err
	case <-f.ctx.Done():
		return nil, "", fail(CodeFetch, f.ctx.Err(), "url", httpx.Redact(what.URL))
	}
}

// share makes an exchange, or waits for the one that another judgement has under way.
func (f *fetching) share(key Digest, what Fetch) *cached {
	for {
		f.v.flights.mu.Lock()
		other := f.v.flights.open[key]
		if other == nil {
			own := &flight{done: make(chan struct{})}
			if f.v.flights.open == nil {
				f.v.flights.open = make(map[Digest]*flight)
			}
			f.v.flights.open[key] = own
			f.v.flights.mu.Unlock()
			f.fly(own, key, what)
			return own.cached
		}
		f.v.flights.mu.Unlock()
		select {
		case <-other.done:
			if other.cached.until.IsZero() && f.ctx.Err() == nil {
				continue // it ended with its own caller, which says nothing about the address
			}
			return other.cached
		case <-f.ctx.Done():
			return &cached{err: fail(CodeFetch, f.ctx.Err(), "url", httpx.Redact(what.URL))}
		}
	}
}

// fly makes an exchange for all who wait for it. It lands even where the fetcher panics.
func (f *fetching) fly(own *flight, key Digest, what Fetch) {
	own.cached = &cached{err: fail(CodeFetch, nil, "url", httpx.Redact(what.URL))}
	defer func() {
		f.v.flights.mu.Lock()
		delete(f.v.flights.open, key)
		f.v.flights.mu.Unlock()
		close(own.done)
	}()
	own.cached = f.exchange(key, what)
	f.v.Cache.hold(key, own.cached) // until the first who asked has found out what it is worth
}

// exchange fetches. Its until is zero where the caller ended it, or had no more to spend.
func (f *fetching) exchange(key Digest, what Fetch) *cached {
	if f.left.Add(-1) < 0 {
		return &cached{err: fail(CodeFetches, nil, "max", strconv.Itoa(limits.TrustFetches))}
	}
	start := time.Now()
	data, err := f.v.Fetcher.Fetch(f.ctx, what)
	shown := httpx.Redact(what.URL)
	if f.v.Logger != nil {
		attrs := []slog.Attr{slog.String("kind", what.Kind), slog.String("url", shown), slog.Int("octets", len(data)), slog.Duration("took", time.Since(start))}
		if err != nil {
			attrs = append(attrs, slog.String("error", err.Error()))
		}
		f.v.Logger.LogAttrs(f.ctx, slog.LevelDebug, "fetched", attrs...)
	}
	if err != nil {
		one := &cached{err: fail(CodeFetch, err, "url", shown)}
		if f.ctx.Err() == nil {
			one.until = f.now.Add(limits.TrustFetchAgain)
		}
		return one
	}
	return &cached{data: data, until: f.now.Add(limits.TrustFetchAgain)}
}

// keep puts what was fetched into the cache: for as long as it holds where it is good, or briefly the reason why it is not, so that
// nobody on the way can spoil an address for long.
func (f *fetching) keep(what Fetch, data []byte, until time.Time, bad error) {
	one := &cached{data: data, until: earlier(until, f.now.Add(limits.TrustCacheTime))}
	if bad != nil {
		one = &cached{err: bad, until: f.now.Add(limits.TrustFetchAgain)}
	}
	f.v.Cache.put(keyOf(what), one)
}

// seek fetches what may tell the state: OCSP first, then lists, one address after the other until there is an answer that settles it.
// It looks for each certificate once.
func (d *desk) seek(v *verdict, in *inquiry) *verdict {
	cert, issuer := in.chain[in.i], in.chain[in.i+1]
	if !d.first(cert, issuer) {
		return v
	}
	if m, ok := d.v.recent.get(pairOf(cert, issuer)); ok && d.v.Cache != nil {
		d.take(m)
		if v = d.ask(in); d.settled(v, in) {
			return v
		}
	}
	if req, err := revoke.NewRequest(cert, issuer, nil); err == nil {
		for _, address := range cert.OCSP {
			if v, err = d.askResponder(Fetch{Kind: KindOCSP, URL: address, Request: req.DER}, req, v, in); err != nil {
				d.failed(cert, err)
			}
			if d.settled(v, in) {
				return v
			}
		}
	}
	for _, p := range cert.Points {
		var list *revoke.CRL
		if v, list = d.askPoint(p, v, in); list != nil {
			// What is known of the certificate as of the list may have changed since: lists of what is new say so (5.2.6, 4.2.1.15).
			for _, fresh := range slices.Concat(cert.Freshest, list.Freshest) {
				v, _ = d.askPoint(fresh, v, in)
			}
		}
		if d.settled(v, in) {
			return v
		}
	}
	if len(cert.OCSP)+len(cert.Points) == 0 {
		d.failed(cert, fail(CodeNoAddress, nil, "subject", cert.Name()))
	}
	return v
}

func (d *desk) askResponder(what Fetch, req *revoke.Request, before *verdict, in *inquiry) (*verdict, error) {
	data, origin, err := d.fetch.get(what, func(data []byte) bool {
		r, err := req.Read(data)
		return err == nil && !r.For(in.chain[in.i], in.chain[in.i+1]).ThisUpdate.Before(d.since)
	})
	if err != nil {
		return before, err
	}
	r, err := req.Read(data)
	if err != nil {
		d.fetch.keep(what, nil, time.Time{}, fail(CodeFetch, err, "url", httpx.Redact(what.URL)))
		return before, fail(CodeFetch, err, "url", httpx.Redact(what.URL))
	}
	return d.weigh(what, origin, &Evidence{OCSPs: [][]byte{r.Raw}}, in), nil
}

// askPoint fetches the list of a distribution point; nil: there is none to be had.
func (d *desk) askPoint(p pki.DistributionPoint, v *verdict, in *inquiry) (*verdict, *revoke.CRL) {
	for _, name := range p.Name.Full {
		if name.Form != pki.FormURI {
			continue
		}
		after, list, err := d.askList(Fetch{Kind: KindCRL, URL: name.Text}, v, in)
		if err == nil {
			return after, list // the names of a point lead to the same list
		}
		d.failed(in.chain[in.i], err)
	}
	return v, nil
}

func (d *desk) askList(what Fetch, before *verdict, in *inquiry) (*verdict, *revoke.CRL, error) {
	data, origin, err := d.fetch.get(what, func(data []byte) bool {
		l, err := piece(d.v, data, revoke.ParseCRL)
		return err == nil && !l.ThisUpdate.Before(d.since)
	})
	if err != nil {
		return before, nil, err
	}
	list, err := piece(d.v, data, revoke.ParseCRL)
	if err != nil {
		d.fetch.keep(what, nil, time.Time{}, fail(CodeFetch, err, "url", httpx.Redact(what.URL)))
		return before, nil, fail(CodeFetch, err, "url", httpx.Redact(what.URL))
	}
	v := d.weigh(what, origin, &Evidence{CRLs: [][]byte{data}}, in)
	if d.served(list, in) {
		return v, list, nil
	}
	// Whoever signed it, for the issuer or in its place, may not be known yet.
	for _, address := range list.Issuers {
		if found, err := d.askIssuers(address); err != nil {
			d.failed(in.chain[in.i], err)
		} else if found {
			v = d.weigh(what, origin, &Evidence{CRLs: [][]byte{data}}, in)
		}
	}
	return v, list, nil
}

// served reports whether an answer about chain[i] rests on a list.
func (d *desk) served(list *revoke.CRL, in *inquiry) bool {
	return slices.ContainsFunc(d.answers(in.chain, in.i).all, func(a *answer) bool {
		return slices.ContainsFunc(a.Pieces(), func(p revoke.Piece) bool { return p.CRL == list })
	})
}

// weigh asks again with what was fetched, and keeps it where it is authentic.
func (d *desk) weigh(what Fetch, origin string, more *Evidence, in *inquiry) *verdict {
	m := d.v.material(more, origin)
	d.take(m)
	v := d.ask(in)
	if origin == OriginCache {
		return v
	}
	for _, a := range d.answers(in.chain, in.i).all {
		if _, ours := m.origins[a.Piece.Digest]; ours {
			data := append(append([][]byte(nil), more.OCSPs...), more.CRLs...)[0]
			until := d.v.horizon(&a.Answer)
			if a.State == revoke.Unknown { // the certificate may be new
				until = d.fetch.now.Add(limits.TrustFetchAgain)
			}
			d.fetch.keep(what, data, until, nil)
			d.v.recent.put(pairOf(in.chain[in.i], in.chain[in.i+1]), d.v.material(more, OriginCache), m.cost+limits.TrustCacheEntry, limits.TrustMemory)
			break
		}
	}
	return v
}

// pair is a certificate, and the one that issued it.
type pair [2]Digest

func pairOf(c, issuer *pki.Certificate) pair { return pair{c.Digest(), issuer.Digest()} }

// take adds to the material at hand.
func (d *desk) take(m *material) {
	d.taken = append(d.taken, m)
	d.material = d.v.join(d.material, m)
}

// climb fetches certificates of issuers (RFC 5280, 4.2.2.1) for those certificates that lead up from the one asked about, and reports
// whether any is new. None of them is trusted for being there.
func (d *desk) climb() bool {
	leaf, err := candidateOf(d.q.Certificate).read()
	if err != nil {
		return false
	}
	known := make(map[Digest]bool)
	bySubject := make(map[string][]*pki.Certificate)
	for _, c := range d.material.certificates {
		if c.pki != nil && !known[c.digest] {
			known[c.digest] = true
			bySubject[c.pki.Subject.Key()] = append(bySubject[c.pki.Subject.Key()], c.pki)
		}
	}
	seen := map[Digest]bool{leaf.Digest(): true}
	for next := []*pki.Certificate{leaf}; len(next) > 0 && len(seen) < limits.PKIPath*4; {
		c := next[0]
		next = next[1:]
		for _, address := range c.Issuers {
			switch found, err := d.askIssuers(address); {
			case err != nil:
				d.climbing = append(d.climbing, err)
			case found:
				return true
			}
		}
		for _, p := range bySubject[c.Issuer.Key()] {
			if digest := p.Digest(); !seen[digest] {
				seen[digest] = true
				next = append(next, p)
			}
		}
	}
	return false
}

// askIssuers fetches certificates, and reports whether any of them is new.
func (d *desk) askIssuers(address string) (bool, error) {
	what := Fetch{Kind: KindCertificates, URL: address}
	data, origin, err := d.fetch.get(what, func([]byte) bool { return true })
	if err != nil {
		return false, err
	}
	certs, err := ParseCertificates(data)
	if err != nil {
		d.fetch.keep(what, nil, time.Time{}, fail(CodeFetch, err, "url", httpx.Redact(address)))
		return false, fail(CodeFetch, err, "url", httpx.Redact(address))
	}
	fresh := new(Evidence)
	for _, x := range certs {
		digest := DigestOf(x.Raw)
		if len(fresh.Certificates) < limits.PathCandidates && !slices.ContainsFunc(d.material.certificates, func(c candidate) bool { return c.digest == digest }) {
			fresh.Certificates = append(fresh.Certificates, x)
		}
	}
	if fresh.Empty() {
		return false, nil
	}
	if origin != OriginCache {
		d.fetch.keep(what, data, d.fetch.now.Add(limits.TrustIssuers), nil)
	}
	d.take(d.v.material(fresh, origin))
	return true, nil
}
