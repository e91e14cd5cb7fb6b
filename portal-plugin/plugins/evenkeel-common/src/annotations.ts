/** What is read of an entity; the types of the catalog are not needed for it. */
type Annotated = {
  metadata: { name: string; annotations?: Record<string, string> };
};

/** Names the service in Evenkeel that an entity is; the entity's name without it. */
export const SERVICE_ANNOTATION = 'evenkeel.dev/service';
/** The tier of the service, "1", the most critical, to "4". */
export const TIER_ANNOTATION = 'evenkeel.dev/tier';
/** What kind of service it is: http, grpc, pipeline, batch, stateful or llm. */
export const KIND_ANNOTATION = 'evenkeel.dev/kind';

/** The slug of the service in Evenkeel that an entity is. */
export function serviceOf(entity: Annotated): string {
  return (
    entity.metadata.annotations?.[SERVICE_ANNOTATION]?.trim() ||
    entity.metadata.name.toLowerCase()
  );
}
