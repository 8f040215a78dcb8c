package pdf

import (
	"cmp"
	"context"
	"crypto"
	"hash"
	"io"
	"slices"
	"strconv"

	"github.com/kyso-dev/kyso/internal/limits"
)

// digestJob asks for the digest of the octets that a ByteRange names.
type digestJob struct {
	span   span
	hash   crypto.Hash
	digest []byte // the answer
}

// digestRanges answers all jobs in one pass over the file: a running state follows the octets from the beginning, and is cloned
// at each gap for the rest of that range. So the many signatures of a co-signed file cost no more than the last one of them, and
// several digests of one file are made from one reading.
//
// A file made to cost can have many signatures near its beginning, each over all the rest: that is bounded.
func digestRanges(ctx context.Context, src io.ReaderAt, size int64, jobs []*digestJob, progress func(done, total int64)) error {
	if len(jobs) == 0 {
		return nil
	}
	slices.SortStableFunc(jobs, func(a, b *digestJob) int { return cmp.Compare(a.span.gap, b.span.gap) })
	p := pass{src: src, progress: progress}
	running := make(map[crypto.Hash]hash.Hash)
	p.total = jobs[len(jobs)-1].span.gap
	for i, j := range jobs {
		running[j.hash] = nil
		if i == 0 || j.span != jobs[i-1].span {
			p.total += j.span.end - j.span.tail
		}
	}
	if most := limits.PDFDigestTimes*size + limits.PDFDigestFree; p.total > most {
		return fault(CodeLimit, nil, "what", "octets to digest", "max", strconv.FormatInt(most, 10))
	}
	p.buf = make([]byte, min(p.total, chunkSize))
	all := make([]hash.Hash, 0, len(running))
	for h := range running {
		running[h] = h.New()
		all = append(all, running[h])
	}
	at := int64(0)
	for len(jobs) > 0 {
		// Jobs over the same octets are read together.
		n := 1
		for n < len(jobs) && jobs[n].span == jobs[0].span {
			n++
		}
		s := jobs[0].span
		if err := p.feed(ctx, at, s.gap, all); err != nil {
			return err
		}
		at = s.gap
		tails := make([]hash.Hash, n)
		for i, j := range jobs[:n] {
			c, err := running[j.hash].(hash.Cloner).Clone()
			if err != nil {
				return unreadable(err)
			}
			tails[i] = c
		}
		if err := p.feed(ctx, s.tail, s.end, tails); err != nil {
			return err
		}
		for i, j := range jobs[:n] {
			j.digest = tails[i].Sum(nil)
		}
		jobs = jobs[n:]
	}
	return nil
}

// pass reads stretches of a file into hashes.
type pass struct {
	src         io.ReaderAt
	buf         []byte
	done, total int64
	progress    func(done, total int64)
}

func (p *pass) feed(ctx context.Context, from, to int64, hashes []hash.Hash) error {
	for from < to {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := p.buf[:min(int64(len(p.buf)), to-from)]
		if err := readFull(p.src, b, from); err != nil {
			return err
		}
		for _, h := range hashes {
			h.Write(b)
		}
		from += int64(len(b))
		p.done += int64(len(b))
		if p.progress != nil {
			p.progress(p.done, p.total)
		}
	}
	return nil
}
