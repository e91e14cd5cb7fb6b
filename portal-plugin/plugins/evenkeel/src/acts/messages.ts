export const actsMessages = {
  exemptionOver: 'It is over.',
  notAcknowledged: 'Once the team has acknowledged it with a plan.',
  overrideOver: 'It is over.',
  ownRequest: 'You asked for it: another person decides.',
} as const;
