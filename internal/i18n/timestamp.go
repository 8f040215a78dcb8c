package i18n

var timestamp = map[string]Message{}
