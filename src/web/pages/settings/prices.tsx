/** What models cost: look one up, set own prices, give past calls today's prices. */

import { NeedsScope, useScope } from '../../ui/needs-scope.tsx';
import { NewPrice } from './new-price.tsx';
import { OwnPrices } from './own-prices.tsx';
import { PriceLookup } from './price-lookup.tsx';
import { Reprice } from './reprice.tsx';

export function PricesTab() {
  const isAdmin = useScope('admin');
  return (
    <>
      <PriceLookup />
      {isAdmin === false && <NeedsScope to="Setting prices" scope="admin" />}
      <OwnPrices isAdmin={isAdmin === true} />
      <NewPrice isAdmin={isAdmin === true} />
      <Reprice isAdmin={isAdmin === true} />
    </>
  );
}
