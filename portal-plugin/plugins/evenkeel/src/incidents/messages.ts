export const incidentsMessages = {} as const;
