package i18n

var testpki = map[string]Message{}
