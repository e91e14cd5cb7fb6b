// Package otlp counts what is received as OpenTelemetry metrics. A point of a sum
// or a histogram becomes good and total events of the indicators whose origin
// names its metric, in the slot in which the point's time lies. Of cumulative
// points the difference to the stream's last one counts, so that how far each
// stream was counted is kept, and is written in the transaction of the slots: any
// replica takes any export, and one that is sent again changes nothing. How
// exports come over the wire lives in api.
package otlp
