package i18n

var signer = map[string]Message{}
