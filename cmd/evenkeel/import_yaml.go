package main

import "github.com/evenkeel/evenkeel/internal/yamldoc"

// asYAML is a document of JSON as one of YAML, its names in their order.
func asYAML(text []byte) ([]byte, error) {
	value, err := yamldoc.FromJSON(text)
	if err != nil {
		return nil, err
	}
	return yamldoc.Write(value)
}
