package der_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math/big"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/kyso-dev/kyso/internal/der"
	"github.com/kyso-dev/kyso/internal/limits"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

func TestNormalize(t *testing.T) {
	for _, c := range []struct{ name, ber, der string }{
		{"null", "0500", "0500"},
		{"definite", "3003020105", "3003020105"},
		{"indefinite", "3080 020105 0000", "3003020105"},
		{"nested", "3080 3080 020105 0000 0500 0000", "3007 3003020105 0500"},
		{"long length", "3083000003 020105", "3003020105"},
		{"long length of a value", "30 05 02 82 0001 05", "3003020105"},
		{"octets in pieces", "2480 0402 0102 0401 03 0000", "0403 010203"},
		{"octets in pieces, definite", "2407 0402 0102 0401 03", "0403 010203"},
		{"octets in pieces of pieces", "2480 2480 0401 01 0000 2404 0402 0203 0000", "0403 010203"},
		{"no octets", "2480 0000", "0400"},
		{"bits in pieces", "2380 0302 00f0 0302 04f0 0000", "0303 04f0f0"},
		{"text in pieces", "2c80 0402 6162 0c01 63 0000", "0c03 616263"},
		{"true", "0101 01", "0101 ff"},
		{"inside a tag", "a080 2480 0401 01 0000 0000", "a003 0401 01"},
		{"high tag", "7f1f 03 020105", "7f1f 03 020105"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := der.Normalize(unhex(t, c.ber))
			require.NoError(t, err)
			require.Equal(t, hex.EncodeToString(unhex(t, c.der)), hex.EncodeToString(got))
			require.NoError(t, der.Strict(got))
			require.Equal(t, bytes.Equal(got, unhex(t, c.ber)), der.Strict(unhex(t, c.ber)) == nil)
		})
	}
}

func TestNormalizeRefuses(t *testing.T) {
	deep := bytes.Repeat([]byte{0x30, 0x80}, limits.DERDepth+1)
	for _, c := range []struct {
		name string
		ber  []byte
	}{
		{"empty", nil},
		{"one octet", []byte{0x30}},
		{"no end", unhex(t, "3080 020105")},
		{"half an end", unhex(t, "3080 020105 00")},
		{"length beyond", unhex(t, "3004 020105")},
		{"child beyond", unhex(t, "3003 020505")},
		{"trailing", unhex(t, "0500 00")},
		{"reserved length", append([]byte{0x04, 0xff}, make([]byte, 200)...)},
		{"primitive indefinite", unhex(t, "0480 0000")},
		{"end as element", unhex(t, "0000")},
		{"huge length", unhex(t, "0488 7fffffffffffffff")},
		{"deep", deep},
		{"bits after unused", unhex(t, "2380 0302 04f0 0302 00f0 0000")},
		{"empty bits", unhex(t, "2380 0300 0000")},
		{"octets of integers", unhex(t, "2480 0201 01 0000")},
		{"high form of a low tag", unhex(t, "3f04 02 0500")},
		{"long tag", unhex(t, "3f818181818101 00")},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := der.Normalize(c.ber)
			var e *der.Error
			require.ErrorAs(t, err, &e)
		})
	}
}

func TestStrict(t *testing.T) {
	for _, good := range []string{"0500", "0101ff", "010100", "020100", "02020080", "0201ff", "030100", "0302 04f0", "0603 2a0304", "3000", "3100", "0c00"} {
		require.NoError(t, der.Strict(unhex(t, good)), good)
	}
	for _, bad := range []string{"", "05", "050100", "010101", "01020000", "0200", "02020000", "0202ffff", "0300", "030108", "0302 0401", "0600", "0602 8001", "0601 80", "3080 0000", "308100",
		"2400", "2c00", "1000", "1100", "0000", "050000", "3f1000"} {
		require.Error(t, der.Strict(unhex(t, bad)), bad)
	}
}

// TestReaderStreams reads octet by octet what is also read from memory.
func TestReaderStreams(t *testing.T) {
	long := bytes.Repeat([]byte{7}, 300_000)
	whole := der.Encode(der.Sequence, der.Encode(der.OctetString, long), der.Encode(der.Sequence, der.Encode(der.Set, long)), []byte{0x30, 0x80, 5, 0, 0, 0})
	for name, d := range map[string]*der.Reader{
		"memory":   der.NewBytesReader(whole),
		"stream":   der.NewReader(bytes.NewReader(whole)),
		"one byte": der.NewReader(iotest.OneByteReader(bytes.NewReader(whole))),
		"data err": der.NewReader(iotest.DataErrReader(bytes.NewReader(whole))),
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, d.Enter(der.Sequence, "outer"))
			var got bytes.Buffer
			n, err := d.Octets(&got)
			require.NoError(t, err)
			require.EqualValues(t, len(long), n)
			require.Equal(t, long, got.Bytes())
			e, err := d.Take(der.Sequence, "inner")
			require.NoError(t, err)
			require.Equal(t, der.Encode(der.Set, long), e.Content)
			e, err = d.Element("indefinite")
			require.NoError(t, err)
			require.True(t, e.Indefinite)
			require.Equal(t, []byte{5, 0}, e.Content)
			require.NoError(t, d.Leave("outer"))
			require.NoError(t, d.End())
		})
	}
}

func TestReaderErrors(t *testing.T) {
	boom := errors.New("boom")
	d := der.NewReader(io.MultiReader(bytes.NewReader([]byte{0x04, 0x10, 1, 2}), iotest.ErrReader(boom)))
	_, err := d.Octets(nil)
	require.ErrorIs(t, err, boom)
	var e *der.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(der.CodeRead), e.Code())

	d = der.NewReader(bytes.NewReader(der.Encode(der.OctetString, []byte{1})))
	_, err = d.Octets(writer(func([]byte) (int, error) { return 0, boom }))
	require.Equal(t, boom, err)

	// An announced size takes no memory before the octets are there.
	d = der.NewReader(bytes.NewReader([]byte{0x30, 0x83, 0xff, 0xff, 0xff, 1}))
	_, err = d.Element("large")
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(der.CodeTruncated), e.Code())
	d = der.NewReader(bytes.NewReader([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1}))
	_, err = d.Element("too large")
	require.ErrorAs(t, err, &e)
	require.Equal(t, string(der.CodeTooLarge), e.Code())
}

type writer func([]byte) (int, error)

func (w writer) Write(b []byte) (int, error) { return w(b) }

// TestAppend compares with cryptobyte.
func TestAppend(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 127, 128, -128, -129, 255, 256, 1 << 31, -1 << 63, 1<<63 - 1} {
		var b cryptobyte.Builder
		b.AddASN1Int64(n)
		require.Equal(t, b.BytesOrPanic(), der.AppendInt(nil, n), n)
		require.Equal(t, b.BytesOrPanic(), der.AppendBigInt(nil, big.NewInt(n)), n)
		for _, shift := range []uint{64, 71, 72, 160} {
			var b cryptobyte.Builder
			v := new(big.Int).Lsh(big.NewInt(n), shift)
			b.AddASN1BigInt(v)
			require.Equal(t, b.BytesOrPanic(), der.AppendBigInt(nil, v), v)
		}
	}
	for _, oid := range [][]int{{0, 4, 0, 1733, 2, 5}, {1, 2, 840, 113549, 1, 7, 2}, {2, 16, 840, 1}, {2, 999, 3}, {0, 39}, {1, 3, 127, 128, 16383, 16384, 1<<31 - 1}} {
		var b cryptobyte.Builder
		b.AddASN1ObjectIdentifier(oid)
		require.Equal(t, b.BytesOrPanic(), der.AppendOID(nil, oid), oid)
	}
	for _, n := range []int{0, 1, 127, 128, 255, 256, 65535, 65536, 1 << 20} {
		var b cryptobyte.Builder
		content := make([]byte, n)
		b.AddASN1OctetString(content)
		require.Equal(t, b.BytesOrPanic(), der.Encode(der.OctetString, content), n)
		require.Equal(t, len(b.BytesOrPanic()), der.HeaderSize(n)+n)
	}
	for _, at := range []string{"1950-01-01T00:00:00Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z", "1949-12-31T23:59:59Z"} {
		when, err := time.Parse(time.RFC3339, at)
		require.NoError(t, err)
		var b cryptobyte.Builder
		if y := when.Year(); y >= 1950 && y < 2050 {
			b.AddASN1UTCTime(when)
		} else {
			b.AddASN1GeneralizedTime(when)
		}
		require.Equal(t, b.BytesOrPanic(), der.AppendTime(nil, when.In(time.FixedZone("", 7*3600)).Add(999*time.Millisecond)), at)
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"0500", "3080 3080 020105 0000 0500 0000", "2480 2480 0401 01 0000 2404 0402 0203 0000", "2380 0302 00f0 0302 04f0 0000", "7f1f 03 020105", "3083000003 020105",
		"2c80 0402 6162 0c01 63 0000", "010101", "a080 2480 0401 01 0000 0000", "3f1f80 0000"} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, ber []byte) {
		out, err := der.Normalize(ber)
		if err != nil {
			var e *der.Error
			if !errors.As(err, &e) {
				t.Fatalf("%T %v", err, err)
			}
			if der.Strict(ber) == nil {
				t.Fatal("DER was refused")
			}
			return
		}
		again, err := der.Normalize(out)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("not stable: %x, then %x %v", out, again, err)
		}
		if der.Strict(ber) == nil && !bytes.Equal(ber, out) {
			t.Fatalf("DER %x was changed to %x", ber, out)
		}
		s := cryptobyte.String(out)
		var element cryptobyte.String
		var tag asn1.Tag
		if out[0]&0x1f != 0x1f && (!s.ReadAnyASN1Element(&element, &tag) || !s.Empty()) {
			t.Fatalf("cryptobyte does not read %x", out)
		}
		// A stream reads the same element.
		e, err := der.NewReader(iotest.HalfReader(bytes.NewReader(ber))).Element("any")
		if err != nil || !bytes.Equal(e.Raw, ber) {
			t.Fatalf("the stream read %x %v", e.Raw, err)
		}
	})
}
