/**
 * What Evenkeel is told of an entity. What the catalog does not say is left out: it stays as it is
 * in Evenkeel, and its team's to say.
 */
export type Told = ToldUser | ToldGroup | ToldSystem | ToldComponent;

type Named = {
  /** The entity's reference, such as "component:default/checkout". */
  ref: string;
  /** The catalog's own name for it: another one once it is called otherwise. */
  uid: string;
  /** The file that declares it, by which one that is called otherwise is known again. */
  origin?: string;
};

/** A user, who is a person in Evenkeel. */
export type ToldUser = Named & {
  kind: 'user';
  displayName?: string;
  email?: string;
  githubLogin?: string;
};

/** A group, which is a team. */
export type ToldGroup = Named & {
  kind: 'group';
  displayName?: string;
  description?: string;
  /** Reference of the group above. */
  parent?: string;
  /** References of all users in it. */
  members: string[];
  contact?: string;
};

/** A system, which is one too. */
export type ToldSystem = Named & {
  kind: 'system';
  title?: string;
  description?: string;
  /** Reference of a group. */
  owner?: string;
};

/** A component, which is a service. */
export type ToldComponent = Named & {
  kind: 'component';
  title?: string;
  description?: string;
  /** Reference of a group. */
  owner?: string;
  /** Reference of a system. */
  system?: string;
  type?: string;
  lifecycle?: string;
  repository?: string;
  docs?: string;
  dashboard?: string;
  runbook?: string;
  onCall?: string;
  /** As annotated; left out, it is the name's. */
  slug?: string;
  /** As annotated: 1, the most critical, to 4. */
  tier?: number;
  /** As annotated. */
  serviceKind?: string;
  /** References of all components that it depends on. */
  dependsOn: string[];
};
