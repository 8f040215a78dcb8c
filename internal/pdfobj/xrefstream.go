package pdfobj

import "github.com/kyso-dev/kyso/internal/limits"

// readXrefStream reads a cross-reference stream (7.5.8).
func (f *File) readXrefStream(s *section) (bool, error) {
	ref, o, _, ok, err := f.indirectAt(s.offset)
	if err != nil {
		return false, structural(err)
	}
	st, isStream := o.(*Stream)
	if !ok || !isStream {
		return false, nil
	}
	malformed := f.in.parser.malformed
	f.repaired = f.repaired || malformed || f.in.parser.repeated
	s.stream, s.number, s.trailer = true, ref.Num, st.Dict
	w, ok := st.Dict.Get("W").(Array)
	if !ok || len(w) < 3 || !s.setPrev() {
		return false, nil
	}
	total := 0
	for i := range s.width {
		n, ok := w[i].(int64)
		if !ok || n < 0 || n > 8 {
			return false, nil
		}
		s.width[i] = int(n)
		total += int(n)
	}
	if total == 0 {
		return false, nil
	}
	if s.rows, err = f.decode(st, f.in.xref, false); err != nil {
		return false, structural(err)
	}
	f.in.xref -= int64(len(s.rows))
	s.end = st.offset + st.length
	rows := int64(len(s.rows) / total)
	index, ok := st.Dict.Get("Index").(Array)
	if !ok {
		size, ok := st.Dict.Get("Size").(int64)
		if !ok || size < 0 || rows < size && malformed {
			return false, nil // /Index itself may be what is damaged
		}
		index = Array{int64(0), size}
	}
	next := int64(0)
	for i := 0; i+1 < len(index) && next < rows; i += 2 {
		first, ok1 := index[i].(int64)
		count, ok2 := index[i+1].(int64)
		if !ok1 || !ok2 || first < 0 || count < 0 {
			return false, nil
		}
		count = min(count, rows-next)
		if !s.addRun(uint64(first), uint64(count), next) {
			return false, nil
		}
		next += count
	}
	return true, nil
}

// row reads an entry of a cross-reference stream (7.5.8.3).
func (s *section) row(i, bias int64) location {
	total := s.width[0] + s.width[1] + s.width[2]
	row := s.rows[int(i)*total:][:total]
	var field [3]uint64
	for k, n := range s.width {
		for _, c := range row[:n] {
			field[k] = field[k]<<8 | uint64(c)
		}
		row = row[n:]
	}
	if s.width[0] == 0 {
		field[0] = 1
	}
	switch field[0] {
	case 0:
		return location{kind: entryFree}
	case 1:
		if field[1] == 0 || field[1] >= 1<<62 {
			return location{kind: entryFree}
		}
		return location{kind: entryUsed, off: int64(field[1]) + bias, gen: uint16(min(field[2], 65535))}
	case 2:
		if field[1] > limits.PDFObjectNumber || field[2] > limits.PDFObjectNumber {
			return location{kind: entryFree}
		}
		return location{kind: entryCompressed, stream: uint32(field[1]), index: uint32(field[2])}
	}
	return location{kind: entryFree} // other types are null (7.5.8.3)
}
