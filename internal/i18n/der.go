package i18n

var der = map[string]Message{}
