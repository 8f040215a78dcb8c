package i18n

var pdf = map[string]Message{}
