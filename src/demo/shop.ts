/** The world of the demo: Larkfell Outfitters, a shop for outdoor gear, its customers and what they buy. */

import type { Random } from './random.ts';

export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly country: string;
  readonly plan: 'member' | 'guest' | 'pro';
}

export interface Product {
  readonly sku: string;
  readonly name: string;
  readonly priceEur: number;
}

const PEOPLE: readonly (readonly [string, string])[] = [
  ['Amara Okafor', 'GB'],
  ['Jonas Lindqvist', 'SE'],
  ['Mei Tanaka', 'JP'],
  ['Lucía Herrera', 'ES'],
  ['Tomasz Kowalczyk', 'PL'],
  ['Priya Raman', 'IN'],
  ['Declan Byrne', 'IE'],
  ['Sofie Maes', 'BE'],
  ['Yusuf Demir', 'TR'],
  ['Hannah Vogel', 'DE'],
  ['Mateus Carvalho', 'PT'],
  ['Elif Arslan', 'TR'],
  ['Noah Whitfield', 'US'],
  ['Chloé Garnier', 'FR'],
  ['Ivana Horvat', 'HR'],
  ['Samuel Adeyemi', 'NG'],
  ['Greta Nyström', 'FI'],
  ['Omar Haddad', 'JO'],
  ['Bea Fischer', 'AT'],
  ['Luca Moretti', 'IT'],
  ['Aisling Doyle', 'IE'],
  ['Karim Benali', 'MA'],
  ['Nora Bakke', 'NO'],
  ['Petr Novák', 'CZ'],
  ['Emily Carter', 'US'],
  ['Daan de Vries', 'NL'],
  ['Zoe Papadaki', 'GR'],
  ['Rafael Costa', 'BR'],
  ['Ingrid Sørensen', 'DK'],
  ['Marek Kováč', 'SK'],
  ['Layla Mansour', 'AE'],
  ['Oliver Grant', 'CA'],
  ['Anouk Lefèvre', 'FR'],
  ['Kenji Watanabe', 'JP'],
  ['Fatima Zahra', 'MA'],
  ['Ben Hollis', 'GB'],
  ['Carla Ruiz', 'MX'],
  ['Stefan Huber', 'CH'],
  ['Ruth Abrams', 'US'],
  ['Viktor Ek', 'SE'],
];

export const CUSTOMERS: readonly Customer[] = PEOPLE.map(([name, country], index) => {
  const handle = name
    .normalize('NFD')
    .replace(/[^A-Za-z ]/g, '')
    .toLowerCase()
    .replaceAll(' ', '.');
  const plan = index % 7 === 0 ? 'pro' : index % 3 === 0 ? 'guest' : 'member';
  return { id: `cust_${1040 + index * 7}`, name, email: `${handle}@example.com`, country, plan };
});

/** A customer that a hand-written trace is about. */
export function customerNamed(name: string): Customer {
  const customer = CUSTOMERS.find((one) => one.name === name);
  if (customer === undefined) throw new Error(`${name} is no customer of the shop.`);
  return customer;
}

export const PRODUCTS: readonly Product[] = [
  { sku: 'TNT-FELL-2', name: 'Fellside 2 tent', priceEur: 389 },
  { sku: 'TNT-TARN-3', name: 'Tarn 3 tent', priceEur: 529 },
  { sku: 'BAG-DUSK-0', name: 'Dusk 0 °C sleeping bag', priceEur: 219 },
  { sku: 'BAG-RIME-12', name: 'Rime −12 °C sleeping bag', priceEur: 349 },
  { sku: 'MAT-LOFT-R4', name: 'Loft R4 sleeping mat', priceEur: 129 },
  { sku: 'PCK-CAIRN-38', name: 'Cairn 38 backpack', priceEur: 169 },
  { sku: 'PCK-CAIRN-55', name: 'Cairn 55 backpack', priceEur: 209 },
  { sku: 'JKT-GALE-M', name: 'Gale hard-shell jacket', priceEur: 299 },
  { sku: 'JKT-EIDER-M', name: 'Eider down jacket', priceEur: 259 },
  { sku: 'BTS-SCREE-GTX', name: 'Scree mid boots', priceEur: 199 },
  { sku: 'BTS-BECK-LOW', name: 'Beck low shoes', priceEur: 139 },
  { sku: 'STV-EMBER-1', name: 'Ember gas stove', priceEur: 59 },
  { sku: 'LMP-WISP-400', name: 'Wisp 400 head torch', priceEur: 64 },
  { sku: 'FLT-RILL-1L', name: 'Rill water filter', priceEur: 49 },
  { sku: 'POL-STRIDE-C', name: 'Stride carbon poles', priceEur: 119 },
];

/** What one conversation is about. */
export interface Matter {
  readonly customer: Customer;
  readonly product: Product;
  readonly orderId: string;
  readonly days: number;
  readonly size: string;
}

export function drawMatter(random: Random): Matter {
  return {
    customer: random.pick(CUSTOMERS),
    product: random.pick(PRODUCTS),
    orderId: `LF-${random.between(20_000, 89_999)}`,
    days: random.between(2, 19),
    size: random.pick(['S', 'M', 'L', 'XL', '41', '43', '44½']),
  };
}
