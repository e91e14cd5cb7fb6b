package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Forecast is a forecast of an SLO's budget as it was made, while its time lasts.
type Forecast struct{ ent.Schema }

// Annotations of the table.
func (Forecast) Annotations() []schema.Annotation { return table("forecasts") }

// Fields of a forecast; revision is the number of the SLO's.
func (Forecast) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("slo_id"),
		field.Int("revision"),
		text("horizon"),
		stamp("from_at"),
		stamp("until_at"),
		field.Int64("probability").Comment("parts of 10,000"),
	}
}

// Edges of a forecast.
func (Forecast) Edges() []ent.Edge { return []ent.Edge{owned("slo", SLO.Type, "slo_id")} }

// Indexes of forecasts: the last of an SLO, and those whose time is over.
func (Forecast) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("slo_id", "horizon", "from_at").Unique(),
		index.Fields("until_at"),
	}
}

// ForecastBin counts what came of an SLO's forecasts of probabilities that are near each
// other.
type ForecastBin struct{ ent.Schema }

// Annotations of the table.
func (ForecastBin) Annotations() []schema.Annotation { return table("forecast_bins") }

// Fields of a bin; said, squares and hit are sums of probabilities in parts of 10,000.
func (ForecastBin) Fields() []ent.Field {
	return []ent.Field{
		rowID(),
		ref("slo_id"),
		text("horizon"),
		field.Int("bin"),
		field.Int64("scored"),
		field.Int64("happened"),
		field.Int64("said"),
		field.Int64("squares"),
		field.Int64("hit"),
		field.Int64("void"),
	}
}

// Edges of a bin.
func (ForecastBin) Edges() []ent.Edge { return []ent.Edge{owned("slo", SLO.Type, "slo_id")} }

// Indexes of bins.
func (ForecastBin) Indexes() []ent.Index {
	return []ent.Index{index.Fields("slo_id", "horizon", "bin").Unique()}
}
