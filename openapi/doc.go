// Package openapi holds the OpenAPI documents of the API, made from the
// operations that it serves: 3.1, and the 3.0 that older tools need. The Go
// client in client is generated from them.
package openapi

import _ "embed"

//go:generate go run ../cmd/evenkeel openapi --output openapi.yaml
//go:generate go run ../cmd/evenkeel openapi --3.0 --output openapi-3.0.yaml
//go:generate go tool oapi-codegen --config client/oapi-codegen.yaml openapi.yaml

// V31 is the OpenAPI 3.1 document, V30 the 3.0 one; both YAML.
var (
	//go:embed openapi.yaml
	V31 []byte
	//go:embed openapi-3.0.yaml
	V30 []byte
)
