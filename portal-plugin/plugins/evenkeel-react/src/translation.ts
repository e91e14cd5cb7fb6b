import { createTranslationRef } from '@backstage/frontend-plugin-api';

/** The words of the components that others may use. */
export const evenkeelReactTranslationRef = createTranslationRef({
  id: 'evenkeel-react',
  messages: {
    state: {
      again: 'Try again',
      copied: 'Copied',
      copy: 'Copy',
      forbidden: {
        title: 'Not for you to see',
        text: 'Your portal does not let you look at this in Evenkeel, or it is for named people only.',
      },
      loading: 'Loading {{what}}',
      failed: '{{what}} cannot be shown',
      signedOut: {
        title: 'Your session is over',
        text: 'The portal does not know any more who you are. What you see here stays until you have signed in again.',
        again: 'Sign in again',
      },
      notFound: {
        title: 'Not here',
        text: 'It may have been renamed or removed.',
      },
      request: 'Request {{id}}; whoever operates Evenkeel finds it in the log.',
      stale: 'As it was {{when}}: Evenkeel does not answer.',
      unreachable: {
        title: 'Evenkeel does not answer',
        text: 'The portal reaches no Evenkeel API. Nothing is lost; this page goes on by itself once it is back.',
      },
    },
    chart: {
      asPicture: 'Show as a picture',
      asTable: 'Show as a table',
      none: 'Nothing to draw yet',
    },
    level: {
      none: 'Below all levels',
    },
    list: {
      more: 'Show more',
    },
    right: {
      portal:
        'Your portal does not let you change anything in Evenkeel: it does not give you its permission evenkeel.change',
      unknown: 'Evenkeel does not say who you are just now.',
    },
    form: {
      cancel: 'Cancel',
      lostRace: {
        title: 'Somebody else was first',
        text: 'It was changed while you looked at it. What they changed:',
        reload: 'Begin again from theirs',
        goOn: 'Go on from theirs',
      },
      overtaken: 'It cannot be done any more',
      refused: 'Evenkeel does not take it:',
      save: 'Save',
    },
  },
});
