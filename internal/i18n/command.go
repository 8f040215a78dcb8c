package i18n

var command = map[string]Message{}
