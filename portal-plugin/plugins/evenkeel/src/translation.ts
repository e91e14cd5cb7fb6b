import { createTranslationRef } from '@backstage/frontend-plugin-api';

import { actsMessages } from './acts/messages';
import { draftsMessages } from './drafts/messages';
import { homeMessages } from './home/messages';
import { incidentsMessages } from './incidents/messages';
import { issuesMessages } from './issues/messages';
import { keptMessages } from './kept/messages';
import { organisationMessages } from './organisation/messages';
import { scorecardsMessages } from './scorecards/messages';
import { serviceMessages } from './service/messages';
import { slosMessages } from './slos/messages';
import { toilMessages } from './toil/messages';
import { violationsMessages } from './violations/messages';

/** The words of the pages and cards; each part has its own file of them. */
export const evenkeelTranslationRef = createTranslationRef({
  id: 'evenkeel',
  messages: {
    plugin: {
      title: 'Evenkeel',
    },
    acts: actsMessages,
    drafts: draftsMessages,
    home: homeMessages,
    incidents: incidentsMessages,
    issues: issuesMessages,
    kept: keptMessages,
    organisation: organisationMessages,
    scorecards: scorecardsMessages,
    service: serviceMessages,
    slos: slosMessages,
    toil: toilMessages,
    violations: violationsMessages,
  },
});
