/** What SQLite refuses for a reason that passes is told apart from what is wrong with a statement. */

import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { RegistryUnavailable } from '../unavailable.ts';

/** Result codes that speak of the disk, of memory or of another writer. Source: sqlite.org/rescode.html. */
const PASSING = /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;

/** The same database; what passes is thrown as `RegistryUnavailable`. */
export function withRefusals(database: SqliteDatabase): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (sql) => {
      const statement = told(() => database.prepare(sql));
      return sql === 'rollback' ? forgiving(statement) : translated(statement);
    },
  };
}

function translated(statement: SqliteStatement): SqliteStatement {
  return {
    reader: statement.reader,
    all: (parameters) => told(() => statement.all(parameters)),
    run: (parameters) => told(() => statement.run(parameters)),
    iterate: (parameters) => told(() => statement.iterate(parameters)),
  };
}

/** On a full disk SQLite has rolled back by itself; saying so would hide the error that led here. */
function forgiving(statement: SqliteStatement): SqliteStatement {
  return {
    ...translated(statement),
    run: (parameters) => {
      try {
        return statement.run(parameters);
      } catch (error) {
        if (error instanceof Error && error.message.includes('no transaction is active')) {
          return { changes: 0, lastInsertRowid: 0 };
        }
        throw error;
      }
    },
  };
}

function told<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw isPassing(error) ? new RegistryUnavailable(error) : error;
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && PASSING.test(error.code);
}
