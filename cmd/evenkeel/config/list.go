package config

import (
	"errors"
	"strings"
)

// List is a list of names. It is written as a list in the file, and everywhere as
// text with commas between them.
type List []string

// String writes it as text.
func (l List) String() string { return strings.Join(l, ", ") }

var errList = errors.New("must be names with commas between them, or a list of them")

// parseList reads text or a list of texts.
func parseList(raw any) (List, error) {
	texts, err := textsOf(raw, errList)
	if err != nil {
		return nil, err
	}
	list := make(List, 0, len(texts))
	for _, text := range texts {
		if text == "" {
			return nil, errList
		}
		list = append(list, text)
	}
	return list, nil
}

// textsOf gives the parts of text with commas between them, or of a list of texts,
// without the space around them; wrong is the error for what is neither.
func textsOf(raw any, wrong error) ([]string, error) {
	var texts []string
	switch raw := raw.(type) {
	case string:
		if strings.TrimSpace(raw) != "" {
			texts = strings.Split(raw, ",")
		}
	case []any:
		for _, one := range raw {
			text, ok := one.(string)
			if !ok {
				return nil, wrong
			}
			texts = append(texts, text)
		}
	default:
		return nil, wrong
	}
	for i, text := range texts {
		texts[i] = strings.TrimSpace(text)
	}
	return texts, nil
}
