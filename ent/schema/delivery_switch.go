package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// DeliverySwitch is what people stopped of the delivery of issues, as one row that
// is there once somebody did.
type DeliverySwitch struct{ ent.Schema }

// Annotations of the table.
func (DeliverySwitch) Annotations() []schema.Annotation { return table("delivery_switches") }

// Fields of a switch.
func (DeliverySwitch) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		text("name"),
		field.JSON("stops", json.RawMessage{}),
		stamp("updated_at"),
		version(),
	}
}

// Indexes of switches.
func (DeliverySwitch) Indexes() []ent.Index {
	return []ent.Index{index.Fields("name").Unique()}
}
