import Baqylau
import CryptoKit
import Foundation
import LocalAuthentication
import Security

/// Keys that only this phone's Secure Enclave can use. What the keychain keeps of them is of no use elsewhere, and no backup has it.
final class EnclaveVault: KeyVault, @unchecked Sendable {
    private let lock = NSLock()
    private var shown: LAContext?

    /// Face or finger was just shown.
    func show(_ context: LAContext) { lock.withLock { shown = context } }

    func create(alias: String, policy: Policy) throws {
        // Another face destroyed the key, and the keychain outlives the app: what is there may be of no use.
        if policy == .biometric { try destroy(alias: alias) } else if try read(alias) != nil { return }
        // The outbox delivers while the phone is locked; everything else waits for its owner.
        let open = alias == "outbox" ? kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly : kSecAttrAccessibleWhenUnlockedThisDeviceOnly
        let flags: SecAccessControlCreateFlags = policy == .biometric ? [.privateKeyUsage, .biometryCurrentSet] : .privateKeyUsage
        guard SecureEnclave.isAvailable, let access = SecAccessControlCreateWithFlags(nil, open, flags, nil) else {
            throw ForeignError.Failed(reason: "there is no Secure Enclave")
        }
        let key = try said { try SecureEnclave.P256.KeyAgreement.PrivateKey(accessControl: access) }
        // The secret of the other side is gone at once: only the Enclave can agree with it again.
        let other = P256.KeyAgreement.PrivateKey().publicKey.rawRepresentation
        var item = query(alias)
        item[kSecAttrAccessible] = open
        item[kSecValueData] = other + key.dataRepresentation
        _ = try there(SecItemAdd(item as CFDictionary, nil))
    }

    func bind(alias: String, input: Data) throws -> Data {
        guard let item = try read(alias) else { throw ForeignError.Failed(reason: "there is no key \(alias)") }
        return try said {
            let other = try P256.KeyAgreement.PublicKey(rawRepresentation: Data(item.prefix(publicLength)))
            let key = try SecureEnclave.P256.KeyAgreement.PrivateKey(
                dataRepresentation: Data(item.dropFirst(publicLength)), authenticationContext: context(alias))
            let secret = try key.sharedSecretFromKeyAgreement(with: other).hkdfDerivedSymmetricKey(
                using: SHA256.self, salt: Data(), sharedInfo: Data("baqylau/1/vault".utf8), outputByteCount: 32)
            return Data(HMAC<SHA256>.authenticationCode(for: input, using: secret))
        }
    }

    func destroy(alias: String) throws {
        _ = try there(SecItemDelete(query(alias) as CFDictionary))
    }

    /// Face or finger opens its own key, once.
    private func context(_ alias: String) -> LAContext? {
        guard alias.hasPrefix("face/") else { return nil }
        return lock.withLock { defer { shown = nil }; return shown }
    }

    private func read(_ alias: String) throws -> Data? {
        var item = query(alias)
        item[kSecReturnData] = true
        var found: CFTypeRef?
        return try there(SecItemCopyMatching(item as CFDictionary, &found)) ? found as? Data : nil
    }

    private func query(_ alias: String) -> [CFString: Any] {
        [kSecClass: kSecClassGenericPassword, kSecAttrService: "org.baqylau.vault", kSecAttrAccount: alias,
         kSecUseDataProtectionKeychain: true]
    }

    /// Whether there is such an item.
    private func there(_ status: OSStatus) throws -> Bool {
        if status == errSecSuccess || status == errSecItemNotFound { return status == errSecSuccess }
        throw ForeignError.Failed(reason: SecCopyErrorMessageString(status, nil) as String? ?? "keychain: \(status)")
    }

    /// What the hardware refuses becomes an error that the core gives on.
    private func said<Value>(_ call: () throws -> Value) throws -> Value {
        do { return try call() } catch { throw ForeignError.Failed(reason: error.localizedDescription) }
    }
}

/// X and Y of a point on P-256.
private let publicLength = 64
