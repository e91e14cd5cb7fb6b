package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	managedby "github.com/evenkeel/evenkeel/internal/managed"
)

var (
	ulidType  = map[string]string{dialect.Postgres: "varchar(26)"}
	stampType = map[string]string{dialect.Postgres: "timestamptz", dialect.SQLite: "datetime"}
	textType  = map[string]string{dialect.Postgres: "text", dialect.SQLite: "text"}
)

// table names the table: ent's own plurals are not ours (SLO would be sl_os). Its rows are read and
// written with SQL.
func table(name string) []schema.Annotation {
	return []schema.Annotation{entsql.Annotation{Table: name}}
}

// built names a table of which the store uses ent's builders.
func built(name string) []schema.Annotation { return append(table(name), Built{}) }

// Built marks schemas of which builders are generated; of others only the tables are.
type Built struct{}

// Name is under which the mark is found.
func (Built) Name() string { return "Built" }

// ulid is the primary key of a resource.
func ulid() ent.Field {
	return field.String("id").SchemaType(ulidType).Immutable()
}

// rowID is the primary key of rows that nobody refers to from outside.
func rowID() ent.Field { return field.Int64("id") }

// ref is a column with the ULID of another row, optionalRef one that may be null.
func ref(name string) ent.Field {
	return field.String(name).SchemaType(ulidType)
}

func optionalRef(name string) ent.Field {
	return field.String(name).SchemaType(ulidType).Optional().Nillable()
}

// stamp is a time, optionalStamp one that may be null.
func stamp(name string) ent.Field { return field.Time(name).SchemaType(stampType) }

func optionalStamp(name string) ent.Field {
	return field.Time(name).SchemaType(stampType).Optional().Nillable()
}

// text is a string without a bound of its own: the domains bound what they take.
func text(name string) ent.Field { return field.String(name).SchemaType(textType) }

// version counts the changes of a head.
func version() ent.Field { return field.Int64("version") }

// foreign makes the column a foreign key. What is referred to cannot be deleted.
func foreign(name string, to any, column string) ent.Edge {
	return edge.To(name, to).Field(column).Unique().Required().Annotations(entsql.OnDelete(entsql.Restrict))
}

// optionalForeign is a foreign key over a column that may be null.
func optionalForeign(name string, to any, column string) ent.Edge {
	return edge.To(name, to).Field(column).Unique().Annotations(entsql.OnDelete(entsql.Restrict))
}

// owned is a foreign key to the row of which this one is a part: they go together.
func owned(name string, to any, column string) ent.Edge {
	return edge.To(name, to).Field(column).Unique().Required().Annotations(entsql.OnDelete(entsql.Cascade))
}

// managed is who manages which fields of a row from elsewhere; null where nobody does.
func managed() ent.Field {
	return field.JSON("managed", managedby.Set{}).Optional()
}

// manager says who keeps a row from elsewhere; empty for one that somebody entered here.
func manager() ent.Field {
	return field.String("manager").SchemaType(textType).Default("")
}
