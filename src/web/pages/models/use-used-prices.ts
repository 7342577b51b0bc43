/** The prices of a model's calls. The price book is in the server's memory: the question costs next to nothing. */

import { useMemo } from 'react';
import type { getPriceRoute, listOwnPricesRoute } from '../../../query/prices.ts';
import { useAnswer } from '../../api/project.tsx';
import type { Model } from './model-columns.tsx';
import { usedPrices } from './used-prices.ts';

const FRESH_MS = 60_000;
/** Longer names have no price, and would not fit into a URL. */
const NAME_CHARS_MAX = 512;
/** As the server names its own ones (pricing/own-price.ts). */
const OWN = 'own/';

export function useUsedPrices({ model, provider, priceIds }: Pick<Model, 'model' | 'provider' | 'priceIds'>) {
  const isOwn = priceIds.some((priceId) => priceId.startsWith(OWN));
  const answer = useAnswer<typeof getPriceRoute>(
    '/prices',
    { query: { model, provider: provider ?? undefined } },
    { enabled: model.length <= NAME_CHARS_MAX, staleTime: FRESH_MS },
  );
  const own = useAnswer<typeof listOwnPricesRoute>('/prices/own', {}, { enabled: isOwn, staleTime: FRESH_MS });
  const isPending = answer.data === undefined || (isOwn && own.isPending);
  const prices = useMemo(
    () =>
      isPending || answer.data === undefined ? undefined : usedPrices(priceIds, answer.data, own.data?.data ?? []),
    [isPending, priceIds, answer.data, own.data],
  );
  return { answer: answer.data, error: answer.error, prices, isAsking: answer.fetchStatus !== 'idle' };
}
