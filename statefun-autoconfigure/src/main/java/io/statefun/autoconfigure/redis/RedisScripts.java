/*
 * Copyright 2026 the StateFun for Spring authors
 *
 * Licensed under the Apache License, Version 2.0; see the LICENSE file.
 */
package io.statefun.autoconfigure.redis;

/**
 * What Redis has to do in one step. A script touches nothing but the keys that it is given, and
 * whatever it may refuse it refuses before it has written anything.
 */
final class RedisScripts {

  /** The object exists, and this attempt has made it. */
  static final long CREATED = 1;

  /** The object exists, and another attempt has made it. */
  static final long EXISTED = 0;

  /** The object does not exist, and chunks of this attempt have expired. */
  static final long EXPIRED = -1;

  /** Redis has gone back to a time before something that the caller knows of. */
  static final long LOST = -2;

  /**
   * Creates an object if its name is free. Returns the outcome, and the number of objects that were
   * ever created. Clients send a command again when the connection broke, so an attempt may find
   * that it has won before.
   *
   * <p>Keys: header, index, number of created objects, chunks. Arguments: name, attempt, length,
   * size of chunks, the least number of created objects, and the content if it is to be written
   * only now.
   */
  static final byte[] CREATE =
      RedisKeys.bytes(
          """
          local created = tonumber(redis.call('GET', KEYS[3]) or '0')
          if created < tonumber(ARGV[5]) then
            return {-2, created}
          end
          local winner = redis.call('HGET', KEYS[1], 'attempt')
          if winner then
            return {winner == ARGV[2] and 1 or 0, created}
          end
          if ARGV[6] then
            redis.call('SET', KEYS[4], ARGV[6])
          else
            local rest = tonumber(ARGV[3])
            local size = tonumber(ARGV[4])
            for i = 4, #KEYS do
              if redis.call('STRLEN', KEYS[i]) ~= math.min(rest, size) then
                return {-1, created}
              end
              rest = rest - size
            end
            for i = 4, #KEYS do
              redis.call('PERSIST', KEYS[i])
            end
          end
          redis.call('HSET', KEYS[1], 'attempt', ARGV[2], 'length', ARGV[3], 'size', ARGV[4])
          redis.call('ZADD', KEYS[2], 0, ARGV[1])
          return {1, redis.call('INCR', KEYS[3])}
          """);

  /**
   * Deletes an object, and remembers its chunks as garbage, so that they are found if the process
   * dies before it has removed them. Returns 1, or 0 if there is no such object.
   *
   * <p>Keys: header, index, garbage. Argument: name.
   */
  static final byte[] DELETE =
      RedisKeys.bytes(
          """
          local object = redis.call('HMGET', KEYS[1], 'attempt', 'length', 'size')
          if not object[1] then
            return 0
          end
          local chunks = math.ceil(tonumber(object[2]) / tonumber(object[3]))
          redis.call('UNLINK', KEYS[1])
          redis.call('ZREM', KEYS[2], ARGV[1])
          redis.call('SADD', KEYS[3], object[1] .. ':' .. string.format('%d', chunks))
          return 1
          """);

  private RedisScripts() {}
}
