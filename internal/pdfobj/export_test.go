package pdfobj

// DamagedSamples are the files of the damage tests by name, for tests that may import what builds on this package.
func DamagedSamples() map[string][]byte {
	files := samples()
	for _, c := range damagedFiles() {
		files[c.name] = c.data
	}
	return files
}

// DecodeHex is what stands between "<" and ">".
func DecodeHex(b []byte) String { return decodeHex(b) }
