package main

import (
	"bytes"
	"encoding/json"

	"github.com/goccy/go-yaml"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// asYAML is a document of JSON as one of YAML, its names in their order.
func asYAML(text []byte) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	whole, err := ordered(decoder)
	if err != nil {
		return nil, err
	}
	return yamldoc.Write(whole)
}

// ordered is a value of JSON with its names in their order, to be written as YAML.
func ordered(decoder *json.Decoder) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	switch of := token.(type) {
	case string:
		return yamldoc.Text(of), nil
	case json.Number:
		return yamldoc.Scalar(of), nil
	case json.Delim:
		list, names := []any{}, yaml.MapSlice{}
		for decoder.More() {
			var name string
			if of == '{' {
				token, err := decoder.Token()
				if err != nil {
					return nil, err
				}
				name = token.(string)
			}
			value, err := ordered(decoder)
			if err != nil {
				return nil, err
			}
			list, names = append(list, value), append(names, yaml.MapItem{Key: name, Value: value})
		}
		if _, err := decoder.Token(); err != nil { // the end of it
			return nil, err
		}
		if of == '[' {
			return list, nil
		}
		return names, nil
	}
	return token, nil // true, false or null
}
