//! The memory that argon2 works in.

use std::fmt;

use argon2::{Algorithm, Argon2, Block, Params, Version};

use super::Cost;

/// The memory argon2 works in, kept between hashes and wiped after each.
///
/// A fresh 19 MiB per hash would be 4,864 page faults, which cost nearly as much as the hash itself. Where
/// the kernel gives huge pages to those who ask, it is asked, for argon2 jumps about: finding out where
/// 4,864 small pages are takes a tenth of a hash (docs/adr/0008).
pub struct Arena(Vec<Block>);

impl Arena {
    /// Takes the memory.
    #[must_use]
    pub fn new(cost: Cost) -> Self {
        Self::of(usize::try_from(cost.memory_kib).expect("a count of KiB fits the address space"))
    }

    fn of(blocks: usize) -> Self {
        let mut memory = Vec::<Block>::with_capacity(blocks);
        // Before anything is written to it: it is then that the kernel chooses the pages.
        kevy_madvise::advise_hugepage(memory.as_ptr().cast(), blocks * Block::SIZE);
        memory.resize(blocks, Block::new());
        Self(memory)
    }

    /// Computes an argon2 hash of as many bytes as the parameters say. What moved in may need more memory
    /// than is kept; then it is taken for this hash alone.
    pub(super) fn argon2(
        &mut self,
        algorithm: Algorithm,
        params: &Params,
        password: &[u8],
        salt: &[u8],
    ) -> Vec<u8> {
        let blocks = params.block_count();
        if blocks > self.0.len() {
            return Self::of(blocks).argon2(algorithm, params, password, salt);
        }
        let mut output = vec![0; params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN)];
        Argon2::new(algorithm, Version::V0x13, params.clone())
            .hash_password_into_with_memory(password, salt, &mut output, &mut self.0[..blocks])
            .expect("the lengths of password, salt, output and memory are in bounds");
        self.wipe(blocks);
        output
    }

    fn wipe(&mut self, blocks: usize) {
        self.0[..blocks].fill(Block::new());
        // The arena lives on, so the stores stay; this keeps them before whatever comes next.
        std::hint::black_box(&mut self.0);
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arena({} KiB)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_leaves_no_trace_and_a_large_one_no_memory() {
        let mut arena = Arena::new(Cost { memory_kib: 16, passes: 1, lanes: 1 });
        for memory in [8, 16, 1_024] {
            let params = Params::new(memory, 1, 1, Some(32)).unwrap();
            arena.argon2(Algorithm::Argon2id, &params, b"tiger", &[1; 16]);
            assert!(arena.0.iter().all(|block| block.as_ref().iter().all(|word| *word == 0)));
            assert_eq!(arena.0.len(), 16);
        }
    }
}
