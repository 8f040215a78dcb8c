package i18n

var keyfile = map[string]Message{}
