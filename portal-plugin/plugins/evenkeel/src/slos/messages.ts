export const slosMessages = {} as const;
