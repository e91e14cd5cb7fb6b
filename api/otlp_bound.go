package api

import (
	"bytes"
	"net/http"

	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// maxMessages is how many messages an export may hold: points, attributes and their
// values, exemplars and whatever else there is in it. Of those that are empty a
// megabyte becomes a hundred when it is decoded. It is enough for 10,000 points of
// twelve attributes each.
const maxMessages = 1 << 18

var exportMessage = (&colpb.ExportMetricsServiceRequest{}).ProtoReflect().Descriptor()

// bound refuses an export of too many messages before it is decoded.
func bound(data []byte, coding coding) error {
	n := bytes.Count(data, []byte("{")) // each message begins so, and a text may hold some more
	if coding == protobufCoding {
		n = messages(data, exportMessage, 0)
	}
	if n > maxMessages {
		return newProblem(http.StatusRequestEntityTooLarge, "body_too_large",
			"the export holds more than %d points, attributes, values and the like; send less at a time", maxMessages)
	}
	return nil
}

// messages counts those within a message, up to where it cannot be decoded, and not
// much further than there may be.
func messages(data []byte, of protoreflect.MessageDescriptor, depth int) int {
	n := 0
	for len(data) > 0 && n <= maxMessages {
		number, kind, tag := protowire.ConsumeTag(data)
		if tag < 0 {
			break
		}
		data = data[tag:]
		size := protowire.ConsumeFieldValue(number, kind, data)
		if size < 0 {
			break
		}
		if field := of.Fields().ByNumber(number); kind == protowire.BytesType && field != nil && field.Message() != nil && depth < maxExportDepth {
			inner, _ := protowire.ConsumeBytes(data)
			n += 1 + messages(inner, field.Message(), depth+1)
		}
		data = data[size:]
	}
	return n
}
