package i18n

// tables lists the message tables of the rooms, one file each.
var tables = []map[string]Message{
	alg,
	cms,
	command,
	csc,
	der,
	einvoice,
	httpx,
	keyfile,
	pdf,
	pdfobj,
	pki,
	remote,
	revoke,
	signer,
	sim,
	meaning,
	state,
	testpki,
	timestamp,
	token,
	trust,
	verify,
	xml,
}
