import signers from './signers.cjs'

export const { awsKmsSigner, azureKeyVaultSigner, googleKmsSigner, vaultTransitSigner } = signers
